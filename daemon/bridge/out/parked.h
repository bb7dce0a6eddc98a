/*
 * parked: owners that could not be set: refused by the helpdesk for good, or failing for too long.
 * A person looks at them, and lets each be tried again or drops it.
 *
 * A file of JSON, a line for each that came or went; memory has where each line stands, and no
 * more. At most one a ticket: a later one takes the place of an earlier one.
 *
 *     r = eh_parked_open("/var/lib/evenhand-bridge/help/parked", EH_PARKED_MAX, &parked, &error);
 *     const struct eh_parked_item item = {
 *         .id = eh_str("123"), .account = eh_str("ana@shop.example"), .seq = 17, .at_s = now,
 *         .why = eh_str("the helpdesk answered 403")};
 *     r = eh_parked_add(parked, &item, &error);            // -EH_EFULL: there are too many
 *     r = eh_parked_remove(parked, eh_str("123"), &error);
 *     eh_parked_close(parked);
 *
 * Lines are written at once and fsynced by whoever has eh_parked_fd().
 */
#ifndef EVENHAND_BRIDGE_OUT_PARKED_H
#define EVENHAND_BRIDGE_OUT_PARKED_H

#include <evenhand/base/base.h>

#define EH_PARKED_FILE      "parked"
#define EH_PARKED_MAX       100000       /* tickets */
#define EH_PARKED_LINE_MAX  4096         /* bytes of a line, its newline among them */
#define EH_PARKED_WHY_MAX   300          /* bytes of a reason; a longer one is cut */
#define EH_PARKED_BYTES_MAX (512u << 20) /* of the file; then lines of what went are taken out */

struct eh_parked_item {
    struct eh_str id, account, why; /* account: the owner who is wanted */
    struct eh_str rep;              /* who has no account here; empty: `account` holds */
    uint64_t seq;                   /* of the outbox */
    int64_t at_s;                   /* since 1970 */
};

struct eh_parked;
/* Half a line at the end is taken away: nobody was told that it stood there. -EH_EUNAVAILABLE,
 * -EH_ECORRUPT: a whole line that is none of ours; -EH_ENOMEM. */
int eh_parked_open(const char *path, uint32_t max, struct eh_parked **ret,
                   struct eh_error *) EH_MUST_CHECK;
/* For somebody who only looks while a bridge may be writing: changes nothing, and takes no changes.
 */
int eh_parked_open_to_read(const char *path, struct eh_parked **ret,
                           struct eh_error *) EH_MUST_CHECK;
void eh_parked_close(struct eh_parked *); /* NULL allowed */
int eh_parked_fd(const struct eh_parked *);
uint32_t eh_parked_count(const struct eh_parked *);
bool eh_parked_has(const struct eh_parked *, struct eh_str id);
/* -EH_EFULL, -EH_ENOMEM, -EH_EUNAVAILABLE: the disk is full. All is as before then. */
int eh_parked_add(struct eh_parked *, const struct eh_parked_item *,
                  struct eh_error *) EH_MUST_CHECK;
/* The item's text stands in the arena. -EH_ENOTFOUND. */
int eh_parked_get(const struct eh_parked *, struct eh_str id, struct eh_arena *,
                  struct eh_parked_item *ret, struct eh_error *) EH_MUST_CHECK;
/* -EH_ENOTFOUND: it is not there. */
int eh_parked_remove(struct eh_parked *, struct eh_str id, struct eh_error *) EH_MUST_CHECK;
/* Each that is there, in the order in which they came; ends where `each` returns other than 0, and
 * returns that. */
typedef int eh_parked_fn(void *context, const struct eh_parked_item *);
int eh_parked_each(const struct eh_parked *, eh_parked_fn *each, void *context,
                   struct eh_error *) EH_MUST_CHECK;

#endif
