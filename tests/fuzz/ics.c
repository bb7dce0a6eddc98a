/*
 * fuzz/ics: any bytes as an iCalendar file: times within their bounds, or refused with a line; and
 * as the holidays of a desk file, which is a desk file then.
 */
#include <evenhand/base/base.h>
#include <evenhand/ics/holidays.h>
#include <evenhand/ics/ics.h>
#include <evenhand/wire/desk.h>

#include "fuzz.h"

#define FROM_S  1767225600 /* 2026-01-01 */
#define UNTIL_S 1798761600 /* 2027-01-01 */

static void times_check(const struct eh_ics *ics)
{
    eh_require(ics->count <= EH_ICS_TIMES_MAX);
    for (uint32_t i = 0; i < ics->count; i++) {
        const struct eh_ics_time *time = &ics->items[i];
        eh_require(time->id.size > 0 && time->id.size <= EH_ICS_ID_MAX + 24 && time->line > 0);
        eh_require(time->until_s > FROM_S && time->from_s < UNTIL_S);
        eh_require(!time->days || time->first <= time->last);
    }
}

static void error_check(int r, const struct eh_error *error)
{
    eh_require(error->code == -r && error->text[0] >= '1' && error->text[0] <= '9');
    eh_require(!strchr(error->text, '\n'));
}

/* What is put into a desk file is read there, whatever the file says. */
static void holidays_check(struct eh_str text)
{
    EH_AUTO(eh_bytes) struct eh_bytes desk = EH_BYTES_INIT, whole = EH_BYTES_INIT;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const struct eh_holidays_source source = {.years = eh_holidays_years_at(20600)};
    struct eh_error error = {0};
    struct eh_desk *read;
    eh_bytes_put_text(&desk, "calendars: [{id: a, hours: {}, holidays_file: ");
    eh_holidays_put_text(&desk, eh_str("a.ics"), &text);
    eh_bytes_put_text(&desk, "}]\n");
    eh_require(!desk.failed);
    int r =
        eh_holidays_expand(eh_str_n((const char *)desk.data, desk.size), &source, &whole, &error);
    if (r < 0) {
        error_check(r, &error);
        return;
    }
    r = eh_desk_parse_new(eh_str_n((const char *)whole.data, whole.size), &arena, &read, &error);
    eh_require(r == 0 && read->calendars[0].file.name.size == 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const struct eh_ics_window window = {FROM_S, UNTIL_S};
    struct eh_str text = eh_str_n((const char *)data, size);
    struct eh_error error = {0};
    struct eh_ics ics = {0};
    size_t bad_at;
    int r = eh_ics_read(text, &window, &arena, &ics, &error);
    if (r < 0)
        error_check(r, &error);
    else
        times_check(&ics);
    if (eh_utf8_valid(text, &bad_at) && !(size && memchr(data, 0, size)))
        holidays_check(text);
    return 0;
}
