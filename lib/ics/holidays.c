/*
 * holidays: puts the days of its iCalendar files into a desk file.
 */
#include <evenhand/ics/holidays.h>

#include <stdlib.h>

#include <evenhand/base/array.h>
#include <evenhand/base/number.h>
#include <evenhand/ics/ics.h>
#include <evenhand/wire/desk.h>

#define DAY_S INT64_C(86400)

/* A file that was read for an earlier mention. */
struct file {
    struct eh_str name;
    struct eh_holidays_days days;
};

struct expansion {
    const struct eh_holidays_source *source;
    struct eh_arena arena;
    struct file files[EH_HOLIDAYS_FILES_MAX];
    uint32_t count;
};

struct eh_holidays_years eh_holidays_years_at(int32_t date)
{
    int year, month, day;
    eh_date_split(date, &year, &month, &day);
    return (struct eh_holidays_years){eh_date_of(year - 1, 1, 1),
                                      eh_date_of(year + EH_HOLIDAYS_YEARS_AHEAD, 12, 31)};
}

/* ---- The days that it says. */

static int dates_compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

static int event_days(const struct eh_ics_time *time, const struct eh_holidays_years *years,
                      int32_t **dates, uint32_t *room, uint32_t *count)
{
    int32_t first = time->first > years->from ? time->first : years->from;
    int32_t last = time->last < years->until ? time->last : years->until;
    for (int32_t date = first; date <= last; date++) {
        int r = eh_array_room(dates, room, *count + 1, EH_ICS_TIMES_MAX);
        if (r < 0)
            return r;
        (*dates)[(*count)++] = date;
    }
    return 0;
}

static uint32_t dates_each_once(int32_t *dates, uint32_t count)
{
    uint32_t kept = 0;
    if (count)
        qsort(dates, count, sizeof *dates, dates_compare);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || dates[kept - 1] != dates[i])
            dates[kept++] = dates[i];
    return kept;
}

static int days_take(const struct eh_ics *ics, const struct eh_holidays_years *years,
                     struct eh_arena *arena, struct eh_holidays_days *ret)
{
    int32_t *dates = NULL;
    uint32_t room = 0, count = 0;
    int r = 0;
    *ret = (struct eh_holidays_days){.from = years->from, .until = years->until};
    for (uint32_t i = 0; r == 0 && i < ics->count; i++) {
        const struct eh_ics_time *time = &ics->items[i];
        if (time->cancelled)
            continue;
        if (time->days)
            r = event_days(time, years, &dates, &room, &count);
        else
            ret->left_out++;
    }
    ret->count = dates_each_once(dates, count);
    ret->dates = eh_arena_copy(arena, dates ? dates : &ret->from,
                               (ret->count ? ret->count : 1) * sizeof *dates);
    free(dates);
    return r < 0 ? r : ret->dates ? 0 : -EH_ENOMEM;
}

static int text_read(struct expansion *e, struct eh_str name, struct eh_str text,
                     struct eh_holidays_days *ret, struct eh_error *error)
{
    const struct eh_holidays_years *years = &e->source->years;
    const struct eh_ics_window window = {years->from * DAY_S, (years->until + 1) * DAY_S};
    struct eh_ics ics = {0};
    struct eh_error inner = {0};
    if (text.size > EH_HOLIDAYS_TEXT_MAX)
        return eh_error_set(error, EH_ERANGE,
                            "%.*s: more than %u bytes; leave out of it what is no holiday",
                            EH_STR_ARG(name), EH_HOLIDAYS_TEXT_MAX);
    int r = eh_ics_read(text, &window, &e->arena, &ics, &inner);
    if (r < 0)
        return eh_error_set(error, inner.code, "%.*s:%s; export the file anew, or mend that line",
                            EH_STR_ARG(name), inner.text);
    r = days_take(&ics, years, &e->arena, ret);
    if (r == 0 && ret->count <= EH_DESK_HOLIDAYS_MAX)
        return 0;
    return r == -EH_ENOMEM
               ? eh_error_set(error, EH_ENOMEM, "out of memory")
               : eh_error_set(error, EH_ERANGE,
                              "%.*s: more than %d days; leave out of it what is no holiday",
                              EH_STR_ARG(name), EH_DESK_HOLIDAYS_MAX);
}

/* ---- A mention. */

static const struct file *file_find(const struct expansion *e, struct eh_str name)
{
    for (uint32_t i = 0; i < e->count; i++)
        if (eh_str_equal(e->files[i].name, name))
            return &e->files[i];
    return NULL;
}

static int text_find(struct expansion *e, const struct eh_holidays_mention *mention,
                     struct eh_str *ret, struct eh_error *error)
{
    if (mention->has_text) {
        *ret = mention->text;
        return 0;
    }
    if (!e->source->read)
        return eh_error_set(error, EH_EINVAL,
                            "%.*s comes without its text; use `evenhand desk apply`, or send "
                            "{name: NAME, text: the file}",
                            EH_STR_ARG(mention->name));
    return e->source->read(e->source->context, mention->name, &e->arena, ret, error);
}

static int file_add(struct expansion *e, const struct eh_holidays_mention *mention,
                    const struct file **ret, struct eh_error *error)
{
    struct file file = {.name = eh_arena_str(&e->arena, mention->name)};
    struct eh_str text;
    if (!file.name.data)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (e->count == EH_HOLIDAYS_FILES_MAX)
        return eh_error_set(error, EH_ERANGE, "more than %d different files; put them into one",
                            EH_HOLIDAYS_FILES_MAX);
    int r = text_find(e, mention, &text, error);
    if (r == 0)
        r = text_read(e, file.name, text, &file.days, error);
    if (r < 0)
        return r;
    e->files[e->count] = file;
    *ret = &e->files[e->count++];
    return 0;
}

static int mention_expand(void *context, const struct eh_holidays_mention *mention,
                          struct eh_bytes *to, struct eh_error *error)
{
    struct expansion *e = context;
    if (mention->has_dates || !eh_holidays_name_valid(mention->name))
        return 0; /* whoever reads the desk file says what is wrong with it */
    const struct file *file = file_find(e, mention->name);
    int r = file ? 0 : file_add(e, mention, &file, error);
    if (r == 0)
        eh_holidays_put_days(to, mention->name, &file->days);
    return r;
}

int eh_holidays_expand(struct eh_str desk, const struct eh_holidays_source *source,
                       struct eh_bytes *ret, struct eh_error *error)
{
    struct expansion e = {.source = source};
    int r = eh_holidays_write(desk, mention_expand, &e, ret, error);
    eh_arena_done(&e.arena);
    return r;
}
