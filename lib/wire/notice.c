/* notice.c: writes outbox entries. Their keys stand in a fixed order, and absent ones are left out.
 */
#include <evenhand/wire/notice.h>

#include "entries.h"

const char *eh_notice_type_name(int type)
{
    static const char *const names[] = {
        [EH_NOTICE_ASSIGNED] = "assigned",
        [EH_NOTICE_WAITING] = "waiting",
        [EH_NOTICE_RETURNED] = "returned",
        [EH_NOTICE_CLOSED] = "closed",
        [EH_NOTICE_MOVED] = "moved",
        [EH_NOTICE_REFUSED] = "refused",
        [EH_NOTICE_COMMITMENT] = "commitment",
        [EH_NOTICE_REVEALED] = "revealed",
        [EH_NOTICE_LOST] = "lost",
        [EH_NOTICE_HELD] = "held",
        [EH_NOTICE_LEFT] = "left",
        [EH_NOTICE_BACK] = "back",
        [EH_NOTICE_TAKEN] = "taken",
        [EH_NOTICE_ENDED] = "ended",
        [EH_NOTICE_RESENT] = "resent",
        [EH_NOTICE_ALARM] = "alarm",
        [EH_NOTICE_LATE] = "late",
        [EH_NOTICE_UNANSWERED] = "unanswered",
        [EH_NOTICE_ANSWERED] = "answered",
        [EH_NOTICE_PAUSED] = "paused",
        [EH_NOTICE_RESUMED] = "resumed",
    };
    return type > 0 && type < (int)(sizeof names / sizeof *names) ? names[type] : NULL;
}

static void text_add(struct eh_entries *list, const char *key, struct eh_str text)
{
    if (text.size > 0)
        eh_entries_add(list, key, EH_ENTRY_TEXT, text);
}

static void number_add(struct eh_entries *list, const char *key, int64_t number)
{
    if (number != 0)
        eh_entries_add_number(list, key, number);
}

static void keys_list(const struct eh_notice *n, struct eh_entries *ret)
{
    ret->count = 0;
    text_add(ret, "type", eh_str(eh_notice_type_name(n->type)));
    number_add(ret, "seq", (int64_t)n->seq);
    text_add(ret, "source", n->source);
    text_add(ret, "id", n->id);
    text_add(ret, "team", n->team);
    text_add(ret, "rep", n->rep);
    text_add(ret, "account", n->account);
    text_add(ret, "was", n->was);
    text_add(ret, "why", n->why);
    number_add(ret, "at", n->at_ms);
    number_add(ret, "input", (int64_t)n->input);
    text_add(ret, "inbox", n->inbox);
}

int eh_notice_to_msgpack(const struct eh_notice *n, struct eh_bytes *out)
{
    struct eh_entries list;
    keys_list(n, &list);
    return eh_entries_to_msgpack(&list, out);
}

int eh_notice_to_json(const struct eh_notice *n, struct eh_bytes *out)
{
    struct eh_entries list;
    keys_list(n, &list);
    return eh_entries_to_json(&list, out);
}
