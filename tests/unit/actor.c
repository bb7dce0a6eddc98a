/* unit/actor: who asked, and through whom, from one text and back. */
#include <evenhand/wire/actor.h>

#include <criterion/criterion.h>

static void expect(const char *actor, const char *person, const char *through)
{
    struct eh_str p = eh_actor_person(eh_str(actor)), t = eh_actor_through(eh_str(actor));
    cr_expect(eh_str_equal(p, eh_str(person)), "%s: %.*s", actor, EH_STR_ARG(p));
    cr_expect(eh_str_equal(t, eh_str(through)), "%s: %.*s", actor, EH_STR_ARG(t));
}

Test(actor, has_a_person_and_perhaps_a_delegate)
{
    expect("ana", "ana", "");
    expect("ana (evenhand-web)", "ana", "evenhand-web");
    expect("a (b)", "a", "b");
    expect("Ana Nor (web)", "Ana Nor", "web");
    expect("ana (one) (two)", "ana (one)", "two");
    expect("ana (a(b))", "ana", "a(b)");
}

Test(actor, other_texts_are_a_person)
{
    static const char *const plain[] = {"",        "#1000",    "(b)",      " (b)",    "a()",
                                        "a ()",    "a(b)",     "ana (b",   "ana b)",  "ana (b) ",
                                        "ana [b]", "ana (b c", "ana b (c", "a ( b)x", ")"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        expect(plain[i], plain[i], "");
    expect("ana (b c)", "ana (b c)", ""); /* no delegate has a blank in its name */
}

Test(actor, two_names_of_full_length_are_a_name)
{
    char person[EH_DESK_USER_MAX + 1], through[EH_ACTOR_DELEGATE_MAX + 1], actor[EH_NAME_MAX + 1];
    memset(person, 'p', sizeof person - 1);
    memset(through, 't', sizeof through - 1);
    person[sizeof person - 1] = through[sizeof through - 1] = '\0';
    eh_actor_print(eh_str(person), eh_str(through), actor);
    cr_assert_eq(strlen(actor), EH_NAME_MAX);
    expect(actor, person, through);
    eh_actor_print(eh_str(person), eh_str(""), actor);
    expect(actor, person, "");
}
