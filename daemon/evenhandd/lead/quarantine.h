/*
 * quarantine: whose fault it is that PostgreSQL refuses a row, and how long to wait when it is
 * nobody's.
 *
 * One input that is refused is set aside and the others go on. Where EH_QUARANTINE_SAME different
 * ones are refused within EH_QUARANTINE_WINDOW_S for the same SQLSTATE and constraint, the fault is
 * not theirs: nothing more is set aside until it is mended.
 *
 *     if (eh_quarantine_judge(&q, now_us, "23514", "input_id_check"))
 *         …set the input aside…
 *     else
 *         …hold, and try again in eh_quarantine_wait_us(&q)…
 *     eh_quarantine_mended(&q);      // what was held back is committed
 */
#ifndef EVENHAND_LEAD_QUARANTINE_H
#define EVENHAND_LEAD_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#define EH_QUARANTINE_SAME        3
#define EH_QUARANTINE_WINDOW_S    60
#define EH_QUARANTINE_RECENT      16 /* refusals remembered */
#define EH_QUARANTINE_WAIT_S      1  /* before the first try after a hold, then doubled up to ... */
#define EH_QUARANTINE_WAIT_MOST_S 30 /* ... this */
#define EH_QUARANTINE_ALARM_S     3600 /* the alarm stands so long behind the last one set aside */
#define EH_QUARANTINE_KEY_MAX     144

struct eh_quarantine {
    struct {
        int64_t at_us;
        char key[EH_QUARANTINE_KEY_MAX];
    } recent[EH_QUARANTINE_RECENT];
    unsigned next;   /* place in `recent` */
    int64_t last_us; /* when one was set aside last; 0: never */
    int64_t wait_us; /* 0: nothing is held */
};

/* True: it is this input's fault. Each call is about another input. Times are monotonic. */
bool eh_quarantine_judge(struct eh_quarantine *, int64_t now_us, const char *state,
                         const char *constraint);
/* How long to hold; longer each time until it is mended. */
int64_t eh_quarantine_wait_us(struct eh_quarantine *);
void eh_quarantine_mended(struct eh_quarantine *);

#endif
