/* actor: see actor.h. A delegate's name has no blank in it, a person's may have. */
#include <evenhand/wire/actor.h>

#include <evenhand/base/base.h>

void eh_actor_print(struct eh_str person, struct eh_str through, char ret[EH_NAME_MAX + 1])
{
    if (through.size)
        eh_format(ret, EH_NAME_MAX + 1, "%.*s (%.*s)", EH_STR_ARG(person), EH_STR_ARG(through));
    else
        eh_format(ret, EH_NAME_MAX + 1, "%.*s", EH_STR_ARG(person));
}

/* Where the blank before the delegate stands; 0: there is no delegate. */
static uint32_t delegate_at(struct eh_str actor)
{
    if (actor.size < 5 || actor.data[actor.size - 1] != ')') /* "a (b)" */
        return 0;
    uint32_t at = actor.size - 1;
    while (at > 0 && actor.data[at] != ' ')
        at--;
    return actor.data[at + 1] == '(' && at + 3 < actor.size ? at : 0;
}

struct eh_str eh_actor_person(struct eh_str actor)
{
    uint32_t at = delegate_at(actor);
    return at ? eh_str_n(actor.data, at) : actor;
}

struct eh_str eh_actor_through(struct eh_str actor)
{
    uint32_t at = delegate_at(actor);
    return at ? eh_str_n(actor.data + at + 2, actor.size - at - 3) : eh_str_n(NULL, 0);
}
