/*
 * base: what every other room of libevenhand stands on.
 *
 * Errors, slices of text, growing byte buffers and arrays, arenas, a hash table, exact decimals,
 * hexadecimal digits, periods, exit codes.
 * No I/O, no clock, no randomness, no globals, no logging. Everything a caller passes in stays the
 * caller's; everything a function hands out says who frees it.
 *
 *     struct eh_error error = {0};
 *     EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
 *     struct eh_str id = eh_str("ana");
 *     if (!eh_id_valid(id))
 *         return eh_error_set(&error, EH_EINVAL, "reps[0].id: %.*s is no id", EH_STR_ARG(id));
 *     int64_t cents;
 *     if (eh_money_parse(eh_str("129.95"), 2, &cents, &error) < 0)
 *         return -error.code;
 */
#ifndef EVENHAND_BASE_BASE_H
#define EVENHAND_BASE_BASE_H

#include <evenhand/base/arena.h>
#include <evenhand/base/array.h>
#include <evenhand/base/bytes.h>
#include <evenhand/base/error.h>
#include <evenhand/base/exit.h>
#include <evenhand/base/hex.h>
#include <evenhand/base/number.h>
#include <evenhand/base/period.h>
#include <evenhand/base/table.h>
#include <evenhand/base/text.h>

#endif
