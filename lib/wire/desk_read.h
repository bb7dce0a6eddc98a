/*
 * desk_read: the parts desk files are read with: tables of keys, lists, checked scalars, and
 * sentences that name line and path.
 *
 *     static const struct desk_field fields[] = {
 *         {"id", eh_desk_read_id, offsetof(struct eh_desk_rep, id), true},
 *         {"since", eh_desk_read_date, offsetof(struct eh_desk_rep, since), false},
 *     };
 *     r = eh_desk_read_map(reader, node, path, fields, 2, &rep);
 */
#ifndef EVENHAND_WIRE_DESK_READ_H
#define EVENHAND_WIRE_DESK_READ_H

#include <evenhand/wire/desk.h>

#include "desk_tree.h"

#define EH_DESK_FIELDS_MAX 32 /* keys one table may hold */

struct desk_reader {
    struct eh_arena *arena;   /* what the desk keeps */
    struct eh_arena *scratch; /* what only reading needs */
    struct eh_error *error;
    struct eh_desk *desk;
    bool written_now; /* a person wrote it now: percentages must have their sign */
    uint32_t members; /* of all teams so far */
};

/* Where a node stands, from the inside out. Lives on the stack of the function that reads it. */
struct desk_path {
    const struct desk_path *up; /* NULL: the file as a whole */
    const char *key;            /* NULL: an item of a list, see index */
    uint32_t key_size, index;
};

typedef int desk_read_fn(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                         void *ret);

struct desk_field {
    const char *key;
    desk_read_fn *read;
    size_t at; /* where in the target the value goes */
    bool required;
};

struct desk_path eh_desk_path_key(const struct desk_path *up, struct eh_str key);
struct desk_path eh_desk_path_item(const struct desk_path *up, uint32_t index);

/* "LINE: path: what", with the path as the error's field. Returns -code. */
int eh_desk_refuse(const struct desk_reader *, const struct desk_node *, const struct desk_path *,
                   int code, const char *format, ...) EH_PRINTF(5, 6);
int eh_desk_out_of_memory(const struct desk_reader *);

/* Each key at most once, unknown ones refused with the nearest known one. */
int eh_desk_read_map(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                     const struct desk_field *fields, size_t count, void *target) EH_MUST_CHECK;
/* Refuses what is no list, and lists longer than `max`. */
int eh_desk_check_list(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       uint32_t max) EH_MUST_CHECK;
int eh_desk_check_map(struct desk_reader *, const struct desk_node *,
                      const struct desk_path *) EH_MUST_CHECK;

/* The bytes of a scalar; they belong to the tree. `null` and nothing at all are refused. */
int eh_desk_read_text(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      struct eh_str *ret) EH_MUST_CHECK;
int eh_desk_keep_text(struct desk_reader *, struct eh_str, struct eh_str *ret) EH_MUST_CHECK;

/* For tables; the comment says what `ret` points to. */
desk_read_fn eh_desk_read_id;       /* struct eh_str, kept: an id of the desk file */
desk_read_fn eh_desk_read_name;     /* struct eh_str, kept: 1 to EH_NAME_MAX bytes of text */
desk_read_fn eh_desk_read_user;     /* struct eh_str, kept: name of a Unix user or group */
desk_read_fn eh_desk_read_date;     /* int32_t: days since 1970-01-01 */
desk_read_fn eh_desk_read_duration; /* int64_t: seconds, 0 to EH_DESK_DURATION_MAX_S */
desk_read_fn eh_desk_read_node;     /* const struct desk_node *: to be read later */

/* A whole number between the two. */
int eh_desk_read_number(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                        uint32_t least, uint32_t most, uint32_t *ret) EH_MUST_CHECK;
/* Reads a percentage. In a file from a log it may lack its sign. */
int eh_desk_parse_percent(const struct desk_reader *, struct eh_str, int64_t *ret_ppm,
                          struct eh_error *) EH_MUST_CHECK;
/* Reads "80%", or "0.8" in a share or a file from a log, as ppm from `least` up to a whole. `whole`
 * is how a refusal spells the whole: "1.0" or "100%". */
int eh_desk_read_share(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       uint32_t least, const char *whole, uint32_t *ret_ppm) EH_MUST_CHECK;
/* One of `count` words; the index of it. NULL in between: no word has that index. */
int eh_desk_read_word(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      const char *const *words, size_t count, size_t *ret) EH_MUST_CHECK;
/* The same of words that stand under the number each of them means. */
int eh_desk_read_choice(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                        const char *const *words, size_t count, uint8_t *ret) EH_MUST_CHECK;

/* desk_account.c: `accounts` of a rep, which is a struct eh_desk_rep. */
desk_read_fn eh_desk_read_accounts;
/* desk_account.c: fills desk->accounts; desk->reps must be complete. Refuses an account of a source
 * that two reps have. `reps`: the list of the file. */
int eh_desk_arrange_accounts(struct desk_reader *, const struct desk_path *,
                             const struct desk_node *reps) EH_MUST_CHECK;

/* desk_team.c: an item of `teams`; desk->reps must be complete. */
int eh_desk_read_team(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      struct eh_desk_team *ret) EH_MUST_CHECK;
/* desk_team.c: refuses a team whose `leavers_work` names no other team of the desk. `read`: the
 * teams in the order of the file. */
int eh_desk_check_leavers(struct desk_reader *, const struct desk_node *teams,
                          const struct desk_path *, const struct eh_desk_team *read) EH_MUST_CHECK;

#endif
