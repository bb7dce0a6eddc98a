/* load_ticket: the tickets that are sent, and the number of one that comes back. */
#include "load.h"

#include <msgpack.h>
#include <stdlib.h>

static void put_text(msgpack_packer *pack, struct eh_str text)
{
    msgpack_pack_str(pack, text.size);
    msgpack_pack_str_body(pack, text.data, text.size);
}

static void put_pair(msgpack_packer *pack, const char *key, struct eh_str value)
{
    put_text(pack, eh_str(key));
    put_text(pack, value);
}

void load_put_ticket(struct load *load, uint32_t number)
{
    static const char *const kinds[] = {"order", "quote", "query"};
    char id[EH_NAME_MAX];
    size_t id_size = eh_format(id, sizeof id, "%.*s%08u", EH_STR_ARG(load->prefix), number);
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    msgpack_packer pack;
    msgpack_packer_init(&pack, &body, msgpack_sbuffer_write);
    msgpack_pack_map(&pack, 5);
    put_pair(&pack, "type", eh_str("ticket"));
    put_pair(&pack, "id", eh_str_n(id, id_size));
    put_pair(&pack, "team", load->team);
    put_pair(&pack, "kind", eh_str(kinds[number % 3]));
    put_text(&pack, eh_str("value"));
    msgpack_pack_int64(&pack, 1000 + number * INT64_C(7919) % 100000);
    struct eh_str xadd[] = {eh_str("XADD"), load->inbox, eh_str("*"), eh_str("m"),
                            eh_str_n(body.data, body.size)};
    link_command(&load->in, 5, xadd);
    msgpack_sbuffer_destroy(&body);
}

static int64_t number_of(const struct load *load, msgpack_object_str id)
{
    size_t prefix = load->prefix.size;
    if (id.size != prefix + 8 || memcmp(id.ptr, load->prefix.data, prefix) != 0)
        return -1;
    char digits[9] = {0};
    memcpy(digits, id.ptr + prefix, 8);
    return strtol(digits, NULL, 10);
}

int64_t load_ticket_of(const struct load *load, const char *message, size_t size)
{
    static msgpack_unpacked unpacked; /* kept: its zone is used again */
    size_t at = 0;
    if (msgpack_unpack_next(&unpacked, message, size, &at) != MSGPACK_UNPACK_SUCCESS ||
        unpacked.data.type != MSGPACK_OBJECT_MAP)
        bench_die("the outbox holds an entry that is no msgpack map");
    msgpack_object_map map = unpacked.data.via.map;
    for (uint32_t i = 0; i < map.size; i++) {
        msgpack_object key = map.ptr[i].key, value = map.ptr[i].val;
        if (key.type == MSGPACK_OBJECT_STR && key.via.str.size == 2 &&
            memcmp(key.via.str.ptr, "id", 2) == 0 && value.type == MSGPACK_OBJECT_STR)
            return number_of(load, value.via.str);
    }
    return -1;
}
