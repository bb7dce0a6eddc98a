/* wanted: by the entry's type, and whom it names. */
#include "bridge/out/wanted.h"

static struct eh_str member(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    return eh_str_n(json_string_value(value), json_string_length(value));
}

static bool is_one_of(struct eh_str type, const char *const *names)
{
    for (; *names; names++)
        if (eh_str_equal(type, eh_str(*names)))
            return true;
    return false;
}

enum eh_wanted eh_wanted_read(const json_t *entry, struct eh_wish *ret)
{
    static const char *const owned[] = {"assigned", "returned", NULL};
    static const char *const unowned[] = {"waiting", "moved", "held", "closed", NULL};
    struct eh_str type = member(entry, "type");
    ret->id = member(entry, "id");
    ret->account = member(entry, "account");
    if (is_one_of(type, owned))
        return ret->account.size > 0 ? EH_WANTED_OWNER : EH_WANTED_ACCOUNT;
    if (eh_str_equal(type, eh_str("waiting")) && member(entry, "was").size > 0)
        return EH_WANTED_OWNER; /* they do not have it any more, and nobody else has */
    return is_one_of(type, unowned) ? EH_WANTED_NO_OWNER : EH_WANTED_NOTHING;
}
