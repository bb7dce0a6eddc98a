/*
 * desk_holidays: days of a calendar with other hours than the weekday's: `holidays`, and what its
 * `holidays_file` says. What stands under `holidays` holds where both have a day.
 */
#include "desk_read.h"

#include <stdlib.h>

#include <evenhand/wire/holidays_file.h>

#define SHOWN_MAX 40 /* bytes of a text in a refusal */

static const struct desk_field holiday_fields[] = {
    {"date", eh_desk_read_date, offsetof(struct eh_desk_holiday, date), true},
    {"hours", eh_desk_read_day, offsetof(struct eh_desk_holiday, day), false},
};

static int holiday_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, struct eh_desk_holiday *ret)
{
    *ret = (struct eh_desk_holiday){0};
    return node->kind == DESK_SCALAR
               ? eh_desk_read_date(reader, node, path, &ret->date)
               : eh_desk_read_map(reader, node, path, holiday_fields,
                                  sizeof holiday_fields / sizeof *holiday_fields, ret);
}

static int holidays_compare(const void *left, const void *right)
{
    const struct eh_desk_holiday *a = left, *b = right;
    return (a->date > b->date) - (a->date < b->date);
}

static int holidays_check(struct desk_reader *reader, const struct desk_node *node,
                          const struct desk_path *path, const struct eh_desk_calendar *calendar)
{
    char text[EH_DECIMAL_TEXT_MAX];
    for (uint32_t i = 1; i < calendar->holiday_count; i++) {
        if (calendar->holidays[i - 1].date != calendar->holidays[i].date)
            continue;
        eh_date_print(calendar->holidays[i].date, text);
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s is in the list twice", text);
    }
    return 0;
}

static int listed_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, struct eh_desk_calendar *calendar)
{
    int r = eh_desk_check_list(reader, node, path, EH_DESK_HOLIDAYS_MAX);
    if (r < 0)
        return r;
    for (const struct desk_node *item = node->first; item; item = item->next) {
        struct desk_path at = eh_desk_path_item(path, calendar->holiday_count);
        r = holiday_read(reader, item, &at, &calendar->holidays[calendar->holiday_count]);
        if (r < 0)
            return r;
        calendar->holiday_count++;
    }
    qsort(calendar->holidays, calendar->holiday_count, sizeof *calendar->holidays,
          holidays_compare);
    return holidays_check(reader, node, path, calendar);
}

/* ---- A file: its name as a person writes it, or what was read from it. */

struct file {
    struct eh_desk_holidays_file kept;
    const struct desk_node *name, *text, *left_out, *dates;
};

static const struct desk_field file_fields[] = {
    {"name", eh_desk_read_node, offsetof(struct file, name), true},
    {"text", eh_desk_read_node, offsetof(struct file, text), false},
    {"from", eh_desk_read_date, offsetof(struct file, kept.from), false},
    {"until", eh_desk_read_date, offsetof(struct file, kept.until), false},
    {"left_out", eh_desk_read_node, offsetof(struct file, left_out), false},
    {"dates", eh_desk_read_node, offsetof(struct file, dates), false},
};

static int name_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, struct eh_desk_holidays_file *ret)
{
    struct eh_str name;
    int r = eh_desk_read_text(reader, node, path, &name);
    if (r < 0)
        return r;
    if (!eh_holidays_name_valid(name))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no name of a file beside the desk file, such as "
                              "norway.ics; put the file there",
                              EH_STR_ARG(eh_str_cut(name, SHOWN_MAX)));
    return eh_desk_keep_text(reader, name, &ret->name);
}

static int date_add(struct desk_reader *reader, const struct desk_node *node,
                    const struct desk_path *path, struct eh_desk_calendar *calendar,
                    uint32_t listed)
{
    struct eh_desk_holiday holiday = {0};
    int r = eh_desk_read_date(reader, node, path, &holiday.date);
    if (r < 0 || bsearch(&holiday, calendar->holidays, listed, sizeof holiday, holidays_compare))
        return r;
    if (calendar->holiday_count == EH_DESK_HOLIDAYS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "more than %d holidays with those under `holidays`",
                              EH_DESK_HOLIDAYS_MAX);
    calendar->holidays[calendar->holiday_count++] = holiday;
    return 0;
}

static int dates_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, struct eh_desk_calendar *calendar)
{
    uint32_t listed = calendar->holiday_count, index = 0;
    int r = eh_desk_check_list(reader, node, path, EH_DESK_HOLIDAYS_MAX);
    for (const struct desk_node *item = node->first; r == 0 && item; item = item->next) {
        struct desk_path at = eh_desk_path_item(path, index++);
        r = date_add(reader, item, &at, calendar, listed);
    }
    if (r < 0)
        return r;
    qsort(calendar->holidays, calendar->holiday_count, sizeof *calendar->holidays,
          holidays_compare);
    return holidays_check(reader, node, path, calendar);
}

static int file_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, struct eh_desk_calendar *calendar)
{
    struct file file = {.kept = {.from = EH_DATE_NEVER, .until = EH_DATE_ALWAYS}};
    if (node->kind != DESK_MAP) {
        calendar->file = file.kept;
        return name_read(reader, node, path, &calendar->file);
    }
    int r = eh_desk_read_map(reader, node, path, file_fields,
                             sizeof file_fields / sizeof *file_fields, &file);
    struct desk_path at = eh_desk_path_key(path, eh_str("name"));
    if (r == 0)
        r = name_read(reader, file.name, &at, &file.kept);
    at = eh_desk_path_key(path, eh_str("left_out"));
    if (r == 0 && file.left_out)
        r = eh_desk_read_number(reader, file.left_out, &at, 0, INT32_MAX, &file.kept.left_out);
    at = eh_desk_path_key(path, eh_str("dates"));
    if (r == 0 && file.dates)
        r = dates_read(reader, file.dates, &at, calendar);
    if (r == 0)
        calendar->file = file.kept;
    return r;
}

static uint32_t days_in(const struct desk_node *holidays, const struct desk_node *file)
{
    uint32_t count = holidays ? holidays->size : 0;
    if (file && file->kind == DESK_MAP)
        for (const struct desk_node *key = file->first; key; key = key->next->next)
            count += key->next->kind == DESK_LIST ? key->next->size : 0;
    return count < EH_DESK_HOLIDAYS_MAX ? count : EH_DESK_HOLIDAYS_MAX;
}

int eh_desk_read_holidays(struct desk_reader *reader, const struct desk_node *holidays,
                          const struct desk_node *file, const struct desk_path *path,
                          struct eh_desk_calendar *calendar)
{
    struct desk_path at = eh_desk_path_key(path, eh_str("holidays"));
    calendar->holidays = eh_arena_alloc(reader->arena, (days_in(holidays, file) + (size_t)1) *
                                                           sizeof *calendar->holidays);
    if (!calendar->holidays)
        return eh_desk_out_of_memory(reader);
    int r = holidays ? listed_read(reader, holidays, &at, calendar) : 0;
    at = eh_desk_path_key(path, eh_str("holidays_file"));
    return r == 0 && file ? file_read(reader, file, &at, calendar) : r;
}
