/* holidays: the days of the iCalendar files that the desk file names, for the years of the history.
 */
#include <evenhand/ics/holidays.h>

#include "simulation.h"
#include "term/file.h"
#include "term/zone.h"

static int file_read(void *context, struct eh_str name, struct eh_arena *arena, struct eh_str *ret,
                     struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    int r = eh_file_read_beside(context, name, EH_HOLIDAYS_TEXT_MAX, &text, error);
    if (r < 0)
        return r;
    *ret = eh_arena_str(arena, eh_str_n((const char *)text.data, text.size));
    return ret->data ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

static bool files_are_named(const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->calendar_count; i++)
        if (desk->calendars[i].file.name.size)
            return true;
    return false;
}

/* Hours are expanded to a year behind the last message. */
static struct eh_holidays_years years_of(const struct eh_simulation *s)
{
    const struct eh_messages *m = &s->messages;
    return (struct eh_holidays_years){
        eh_holidays_years_at(eh_zone_date(m->items[0].at_us / 1000)).from,
        eh_holidays_years_at(eh_zone_date(m->items[m->count - 1].at_us / 1000)).until};
}

static int desk_expand(struct eh_simulation *s, const char *path, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes whole = EH_BYTES_INIT;
    const struct eh_holidays_source source = {file_read, (void *)path, years_of(s)};
    int r = eh_holidays_expand(s->desk_text, &source, &whole, error);
    if (r == 0)
        s->desk_text = eh_arena_str(&s->arena, eh_str_n((const char *)whole.data, whole.size));
    if (r == 0 && !s->desk_text.data)
        return eh_error_set(error, EH_ENOMEM, "1: out of memory");
    return r < 0 ? r : eh_desk_parse(s->desk_text, &s->arena, &s->desk, error);
}

int eh_simulation_holidays(struct eh_simulation *s, const char *path, struct eh_error *error)
{
    struct eh_error inner = {0};
    if (s->messages.count == 0 || !files_are_named(s->desk) || desk_expand(s, path, &inner) == 0)
        return 0;
    s->desk_refused = true;
    return eh_error_set(error, inner.code, "%s:%s", path, inner.text);
}
