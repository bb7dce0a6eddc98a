/* pace: the last changes of each person, as moments in a ring. */
#include "web/change/pace.h"

#include <stdlib.h>

#define MINUTE_US 60000000

struct person {
    char name[EH_NAME_MAX + 1]; /* "": nobody */
    int64_t at_us[EH_CHANGES_A_MINUTE];
    unsigned next; /* the oldest of them */
};

struct eh_change_pace {
    struct person people[EH_CHANGE_PEOPLE_MAX];
};

int eh_change_pace_new(struct eh_change_pace **ret)
{
    struct eh_change_pace *pace = calloc(1, sizeof *pace);
    if (pace)
        *ret = pace;
    return pace ? 0 : -EH_ENOMEM;
}

static int64_t newest(const struct person *person)
{
    return person->at_us[(person->next + EH_CHANGES_A_MINUTE - 1) % EH_CHANGES_A_MINUTE];
}

/* Whoever has changed nothing within the minute gives their place up; NULL: nobody has. */
static struct person *person_of(struct eh_change_pace *pace, const char *name, int64_t now_us)
{
    struct person *place = NULL;
    for (unsigned i = 0; i < EH_CHANGE_PEOPLE_MAX; i++) {
        struct person *person = &pace->people[i];
        if (strcmp(person->name, name) == 0)
            return person;
        if (!place && (!person->name[0] || now_us - newest(person) >= MINUTE_US))
            place = person;
    }
    if (place) {
        *place = (struct person){.next = 0};
        for (unsigned i = 0; i < EH_CHANGES_A_MINUTE; i++)
            place->at_us[i] = now_us - MINUTE_US;
        eh_format(place->name, sizeof place->name, "%s", name);
    }
    return place;
}

bool eh_change_pace_allows(struct eh_change_pace *pace, const char *name, int64_t now_us)
{
    struct person *person = person_of(pace, name, now_us);
    if (!person || now_us - person->at_us[person->next] < MINUTE_US)
        return false;
    person->at_us[person->next] = now_us;
    person->next = (person->next + 1) % EH_CHANGES_A_MINUTE;
    return true;
}

void eh_change_pace_free(struct eh_change_pace *pace)
{
    free(pace);
}
