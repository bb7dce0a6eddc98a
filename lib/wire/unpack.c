/* unpack.c: makes a map of msgpack whose bounds are checked. */
#include "unpack.h"

int eh_unpack_map(struct eh_str bytes, msgpack_unpacked *ret, struct eh_error *error)
{
    size_t offset = 0;
    msgpack_unpacked_init(ret);
    msgpack_unpack_return done = msgpack_unpack_next(ret, bytes.data, bytes.size, &offset);
    if (done == MSGPACK_UNPACK_SUCCESS && ret->data.type == MSGPACK_OBJECT_MAP)
        return 0;
    msgpack_unpacked_destroy(ret);
    return done == MSGPACK_UNPACK_NOMEM_ERROR
               ? eh_error_set(error, EH_ENOMEM, "out of memory")
               : eh_error_set(error, EH_EPARSE, "byte %zu: no msgpack", offset);
}
