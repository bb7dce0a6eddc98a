/*
 * ticket_text: the texts of a ticket, one behind the other in one piece of memory.
 */
#include "ticket_text.h"

#include "ticket.h"

#include <stdlib.h>

int eh_ticket_set_text(struct ticket *t, struct eh_str source, struct eh_str id,
                       struct eh_str skills, const uint8_t *customer, struct eh_str tail)
{
    const struct eh_str parts[] = {source, id, skills,
                                   eh_str_n((const char *)customer, customer ? 16 : 0), tail};
    size_t size = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        size += parts[i].size;
    char *text = malloc(size);
    if (!text)
        return -EH_ENOMEM;
    char *to = text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].size)
            memcpy(to, parts[i].data, parts[i].size);
        to += parts[i].size;
    }
    free(t->text);
    t->text = text;
    t->has_customer = customer != NULL;
    t->source_size = (uint16_t)source.size;
    t->id_size = (uint16_t)id.size;
    t->skills_size = (uint16_t)skills.size;
    t->tail_size = (uint16_t)tail.size;
    return 0;
}

int eh_ticket_set_tail(struct ticket *t, struct eh_str tail)
{
    if (tail.size == t->tail_size) {
        if (tail.size)
            memcpy((char *)ticket_tail(t).data, tail.data, tail.size);
        return 0;
    }
    const uint8_t *customer = (const uint8_t *)ticket_skills(t).data + t->skills_size;
    return eh_ticket_set_text(t, ticket_source(t), ticket_id(t), ticket_skills(t),
                              t->has_customer ? customer : NULL, tail);
}
