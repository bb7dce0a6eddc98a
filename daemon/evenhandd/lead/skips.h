/*
 * skips: what time brought and PostgreSQL refused, to be replaced by an input that skips it.
 *
 * A ticket stands aside; anything else that was due is known by a key, since its time and number
 * are others when it is decided anew.
 *
 *     eh_skips_add(&skips, eh_skip_key(engine, date, EH_SKIP_DUE), 0, "PostgreSQL refused it (…)");
 *     …decided anew: struct eh_skip *skip = eh_skips_find(&skips, key)…
 *     eh_skips_committed(&skips, input);      // done with
 */
#ifndef EVENHAND_LEAD_SKIPS_H
#define EVENHAND_LEAD_SKIPS_H

#include <evenhand/engine/engine.h>

#define EH_SKIPS_MAX       8 /* at once: more are refused for one reason */
#define EH_SKIP_REASON_MAX 240

struct eh_skip {
    struct eh_key key;
    uint64_t ticket; /* 0: the key says what */
    uint64_t input;  /* that skipped it; 0: still to come */
    char reason[EH_SKIP_REASON_MAX];
};

struct eh_skips {
    struct eh_skip items[EH_SKIPS_MAX];
    unsigned count;
};

enum eh_skip_kind { EH_SKIP_DAY, EH_SKIP_DUE, EH_SKIP_CLOCKS };

/* Of a new day, of what is due next, or of the time of a ticket that is due next. */
struct eh_key eh_skip_key(const struct eh_engine *, int32_t date, enum eh_skip_kind);
bool eh_skips_add(struct eh_skips *, struct eh_key key, uint64_t ticket, const char *reason);
struct eh_skip *eh_skips_find(struct eh_skips *, struct eh_key key); /* still to come, or NULL */
struct eh_skip *eh_skips_ticket(struct eh_skips *);                  /* the next one to come */
void eh_skips_again(struct eh_skips *);                              /* nothing was committed */
void eh_skips_committed(struct eh_skips *, uint64_t input);

#endif
