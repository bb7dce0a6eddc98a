/* people: sorts what the program yields. */
#include "bridge/commands/people.h"

void eh_people_begin(struct eh_people *ret)
{
    *ret =
        (struct eh_people){.groups = json_array(), .agents = json_array(), .notes = json_array()};
}

/* A text that may go to the terminal and into a file: one line. */
static bool is_line(const json_t *value)
{
    size_t size = json_string_length(value);
    const char *text = json_string_value(value);
    if (!text || size == 0 || size > EH_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

/* Without blanks around it: a new reference, or NULL. */
static json_t *line_new(const json_t *value, const char *key)
{
    const json_t *line = json_object_get(value, key);
    if (!is_line(line))
        return NULL;
    const char *text = json_string_value(line);
    text += strspn(text, " ");
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == ' ')
        size--;
    return size > 0 ? json_stringn(text, size) : NULL;
}

static int take(json_t *list, size_t most, json_t *item, struct eh_error *error)
{
    if (json_array_size(list) >= most) {
        json_decref(item);
        return eh_error_set(error, EH_ERANGE, "the helpdesk has more than %zu of one kind", most);
    }
    json_array_append_new(list, item);
    return 0;
}

int eh_people_take(struct eh_people *people, const json_t *value, struct eh_error *error)
{
    json_t *group = line_new(value, "group"), *account = line_new(value, "account"),
           *me = line_new(value, "me"), *say = json_object_get(value, "say");
    int r = 0;
    if (me)
        eh_format(people->me, sizeof people->me, "%s", json_string_value(me));
    if (json_is_string(say))
        json_array_append(people->notes, say);
    if (group)
        r = take(people->groups, EH_PEOPLE_GROUPS_MAX,
                 json_pack("{s:O, s:o*}", "group", group, "name", line_new(value, "name")), error);
    else if (account)
        r = take(people->agents, EH_PEOPLE_AGENTS_MAX,
                 json_pack("{s:O, s:o*, s:o*}", "account", account, "name", line_new(value, "name"),
                           "email", line_new(value, "email")),
                 error);
    json_decref(group);
    json_decref(account);
    json_decref(me);
    return r;
}

static int on_value(void *context, const json_t *value, struct eh_error *error)
{
    return eh_people_take(context, value, error);
}

int eh_people_ask(struct eh_exchange *exchange, struct eh_people *people, struct eh_error *error)
{
    json_t *input = json_object();
    int r = eh_steps_run(exchange, EH_PROGRAM_PEOPLE, input, on_value, people, error);
    json_decref(input);
    return r;
}

void eh_people_leave_out(struct eh_people *people, const char *account)
{
    for (size_t i = json_array_size(people->agents); i-- > 0;) {
        const json_t *agent = json_array_get(people->agents, i);
        if (strcmp(json_string_value(json_object_get(agent, "account")), account) == 0)
            json_array_remove(people->agents, i);
    }
}

void eh_people_done(struct eh_people *people)
{
    json_decref(people->groups);
    json_decref(people->agents);
    json_decref(people->notes);
    *people = (struct eh_people){0};
}
