/*
 * ics: what an iCalendar file says, by libical: events and when they are, recurring ones too.
 *
 *     const struct eh_ics_window window = {.from_s = now_s, .until_s = in_a_year_s};
 *     r = eh_ics_read(text, &window, &arena, &ics, &error);
 *     for (uint32_t i = 0; i < ics.count; i++)
 *         … ics.items[i].uid, .first, .last where it is of whole days …
 *
 * A file that libical does not understand is refused: "LINE: what".
 *
 * A zone that the file names and does not define is one of the machine's: libical reads its files,
 * and nothing else in lib/ reads any. So nothing that decides may use this room.
 */
#ifndef EVENHAND_ICS_ICS_H
#define EVENHAND_ICS_ICS_H

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_ICS_TEXT_MAX   (1u << 20) /* bytes of a file */
#define EH_ICS_EVENTS_MAX 10000      /* in a file */
#define EH_ICS_TIMES_MAX  10000      /* of all events, within the window */
#define EH_ICS_STEPS_MAX  1000000    /* times that are gone through before the window */
#define EH_ICS_NAMED_MAX  2000       /* times that one event names, or leaves out */
#define EH_ICS_ID_MAX     120        /* bytes of an id; a longer UID is told by its hash */

/* One time of an event. */
struct eh_ics_time {
    struct eh_str id; /* the UID; of one of several times, with that time behind it */
    bool busy;        /* busy or out of office, not cancelled */
    bool cancelled;
    bool days;  /* of whole days: from the first to the last */
    bool local; /* wall time of whoever reads it */
    int32_t first, last;
    int64_t from_s, until_s; /* else: seconds since 1970, UTC or as local clocks show it */
    uint32_t line;           /* where the event begins */
};

struct eh_ics_window {
    int64_t from_s, until_s;
};

struct eh_ics {
    struct eh_ics_time *items;
    uint32_t count, room;
};

/* Reads what happens within the window. What it gives lives in the arena. -EH_EPARSE, -EH_ERANGE,
 * -EH_ENOMEM; the error begins with the line. */
int eh_ics_read(struct eh_str text, const struct eh_ics_window *, struct eh_arena *,
                struct eh_ics *ret, struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif
