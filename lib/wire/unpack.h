/*
 * unpack: bytes that were scanned (message_scan.h) as the map that msgpack-c makes of them.
 *
 *     msgpack_unpacked unpacked;
 *     r = eh_unpack_map(bytes, &unpacked, &error);
 *     if (r < 0)
 *         return r;
 *     count = unpacked.data.via.map.size;
 *     msgpack_unpacked_destroy(&unpacked);
 */
#ifndef EVENHAND_WIRE_UNPACK_H
#define EVENHAND_WIRE_UNPACK_H

#include <evenhand/base/base.h>

#include <msgpack.h>

/* On success `ret` is the caller's to destroy. -EH_EPARSE, -EH_ENOMEM. */
int eh_unpack_map(struct eh_str bytes, msgpack_unpacked *ret, struct eh_error *) EH_MUST_CHECK;

#endif
