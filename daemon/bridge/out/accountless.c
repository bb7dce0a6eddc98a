/* accountless: the desk file is what mends it, and evenhandd is asked for what stands there. */
#include "bridge/out/accountless.h"

void eh_accountless_say(const char *source, struct eh_str rep, char ret[EH_PARKED_WHY_MAX])
{
    eh_format(ret, EH_PARKED_WHY_MAX,
              "%.*s has no account at %s: write it behind their `accounts` in the desk file",
              EH_STR_ARG(rep), source);
}

int eh_accountless_again(const struct eh_out_options *options, struct eh_parked_item *item,
                         struct eh_error *error)
{
    char rep[EH_NAME_MAX + 1], id[EH_NAME_MAX + 1], why[EH_PARKED_WHY_MAX];
    const char *account = NULL, *source = options->connection->source;
    if (item->rep.size == 0)
        return 0;
    eh_format(rep, sizeof rep, "%.*s", EH_STR_ARG(item->rep));
    eh_format(id, sizeof id, "%.*s", EH_STR_ARG(item->id));
    if (options->account_of(options->context, rep, id, &account) < 0)
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "%s: evenhandd is being asked who that is at %s; try again in a moment",
                            rep, source);
    eh_accountless_say(source, item->rep, why);
    if (!account)
        return eh_error_set(error, EH_ECONFLICT, "%s", why);
    item->account = eh_str(account);
    return 0;
}
