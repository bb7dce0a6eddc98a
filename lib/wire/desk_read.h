/*
 * desk_read: functions that read parts of a desk file: maps by tables of keys, lists, checked
 * scalars. A refusal names the line and the path.
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
    struct eh_arena *arena;   /* holds what the desk keeps */
    struct eh_arena *scratch; /* holds what only the reading needs */
    struct eh_error *error;
    struct eh_desk *desk;
    bool written_now; /* the file is new, not from a log: percentages must have their sign */
    uint32_t members; /* members of all teams that were read so far */
};

/* Where a node stands: its key or index, then that of the node around it, up to the file. It lives
 * on the stack of the function that reads the node. */
struct desk_path {
    const struct desk_path *up; /* NULL: the file as a whole */
    const char *key;            /* NULL: the node is the item `index` of a list */
    uint32_t key_size, index;
};

typedef int desk_read_fn(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                         void *ret);

struct desk_field {
    const char *key;
    desk_read_fn *read;
    size_t at; /* offset of the value in the target */
    bool required;
};

struct desk_path eh_desk_path_key(const struct desk_path *up, struct eh_str key);
struct desk_path eh_desk_path_item(const struct desk_path *up, uint32_t index);

/* Sets the error to "LINE: path: what" and its field to the path. Returns -code. */
int eh_desk_refuse(const struct desk_reader *, const struct desk_node *, const struct desk_path *,
                   int code, const char *format, ...) EH_PRINTF(5, 6);
int eh_desk_out_of_memory(const struct desk_reader *);

/* Reads a map into *target by a table of keys. Refuses a key that stands twice, a required key that
 * is absent, and an unknown key; the refusal of that names the known key that is most like it. */
int eh_desk_read_map(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                     const struct desk_field *fields, size_t count, void *target) EH_MUST_CHECK;
/* Refuses a node that is no list, and a list of more than `max` items. */
int eh_desk_check_list(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       uint32_t max) EH_MUST_CHECK;
int eh_desk_check_map(struct desk_reader *, const struct desk_node *,
                      const struct desk_path *) EH_MUST_CHECK;

/* The bytes of a scalar, which belong to the tree. Refuses null and the empty text. */
int eh_desk_read_text(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      struct eh_str *ret) EH_MUST_CHECK;
int eh_desk_keep_text(struct desk_reader *, struct eh_str, struct eh_str *ret) EH_MUST_CHECK;

/* Readers for tables of keys. Each comment says what `ret` points to. Text is copied to
 * reader->arena. */
desk_read_fn eh_desk_read_id;       /* struct eh_str: an id of the desk file */
desk_read_fn eh_desk_read_name;     /* struct eh_str: 1 to EH_NAME_MAX bytes of text */
desk_read_fn eh_desk_read_user;     /* struct eh_str: the name of a Unix user or group */
desk_read_fn eh_desk_read_date;     /* int32_t: days since 1970-01-01 */
desk_read_fn eh_desk_read_duration; /* int64_t: seconds, 0 to EH_DESK_DURATION_MAX_S */
desk_read_fn eh_desk_read_time;     /* int64_t: seconds, 1 to EH_DESK_DURATION_MAX_S */
desk_read_fn eh_desk_read_node;     /* const struct desk_node *: to be read later */

/* Reads a whole number from `least` to `most`. */
int eh_desk_read_number(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                        uint32_t least, uint32_t most, uint32_t *ret) EH_MUST_CHECK;
/* Reads a percentage. In a file from a log it may lack its sign. */
int eh_desk_parse_percent(const struct desk_reader *, struct eh_str, int64_t *ret_ppm,
                          struct eh_error *) EH_MUST_CHECK;
/* Reads "80%", or "0.8" in a share or a file from a log, as ppm from `least` up to a whole. `whole`
 * is how a refusal spells the whole: "1.0" or "100%". */
int eh_desk_read_share(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       uint32_t least, const char *whole, uint32_t *ret_ppm) EH_MUST_CHECK;
/* Reads one of `count` words; *ret is its index. A NULL among the words is an index without a word.
 */
int eh_desk_read_word(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      const char *const *words, size_t count, size_t *ret) EH_MUST_CHECK;
/* Reads one of `count` words as eh_desk_read_word() does. Each word's index is the number that it
 * means. */
int eh_desk_read_choice(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                        const char *const *words, size_t count, uint8_t *ret) EH_MUST_CHECK;

/* desk_account.c: `accounts` of a rep, which is a struct eh_desk_rep. */
desk_read_fn eh_desk_read_accounts;
/* desk_account.c: fills desk->accounts; desk->reps must be complete. Refuses an account of a source
 * that two reps have. `reps`: the list of the file. */
int eh_desk_arrange_accounts(struct desk_reader *, const struct desk_path *,
                             const struct desk_node *reps) EH_MUST_CHECK;

/* desk_skills.c: `skills` of a rep, which is a struct eh_desk_rep. */
desk_read_fn eh_desk_read_skills;

/* desk_hours.c: `hours` of a rep or a team, which is a struct eh_desk_calendar *: the id of a
 * calendar, or own ones. */
desk_read_fn eh_desk_read_hours;
desk_read_fn eh_desk_read_time_zone; /* desk_hours.c: struct eh_str: the name of a zone */
desk_read_fn eh_desk_read_day;       /* desk_day.c: struct eh_desk_day: "08:00-12:00 13:00-16:00" */
/* desk_holidays.c: `holidays` and `holidays_file` of the calendar at `path`, where it has them. */
int eh_desk_read_holidays(struct desk_reader *, const struct desk_node *holidays,
                          const struct desk_node *file, const struct desk_path *,
                          struct eh_desk_calendar *) EH_MUST_CHECK;
/* desk_hours.c: `calendars` of the desk; reader->desk must have its time zone by then. */
int eh_desk_read_calendars(struct desk_reader *, const struct desk_node *,
                           const struct desk_path *) EH_MUST_CHECK;
/* desk_hours.c: gives own hours of reps that name no holidays those of a team they are in. */
void eh_desk_settle_hours(struct eh_desk *);

/* desk_kinds.c: `kinds` of a team, which is a struct eh_desk_team; reader->desk must have its kinds
 * by then. */
desk_read_fn eh_desk_read_kind_limits;
/* A key that names a kind of this desk, whose text lives as long as the desk. */
int eh_desk_read_kind(struct desk_reader *, const struct desk_node *key, const struct desk_path *,
                      struct eh_str *ret) EH_MUST_CHECK;

/* desk_team.c: reads an item of `teams`. reader->desk must have its reps by then. */
int eh_desk_read_team(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                      struct eh_desk_team *ret) EH_MUST_CHECK;
/* desk_team.c: refuses a team whose `leavers_work` names no other team of the desk. `read`: the
 * teams in the order of the file. */
int eh_desk_check_leavers(struct desk_reader *, const struct desk_node *teams,
                          const struct desk_path *, const struct eh_desk_team *read) EH_MUST_CHECK;

#endif
