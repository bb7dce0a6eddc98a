/*
 * image: a ticket's canonical bytes, read into texts and numbers without an engine. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_IMAGE_H
#define EVENHAND_LIB_ENGINE_IMAGE_H

#include "answer_bytes.h"
#include "contents.h"
#include "story.h"
#include "tail.h"
#include "ticket.h"
#include "units.h"

struct eh_engine;

#define IMAGE_VERSION 10
struct image {
    int64_t changed_ms;
    struct ticket t; /* numbers; its texts and names are below */
    struct eh_str source, id, skills, team, kind, rep, was;
    const uint8_t *customer; /* 16 bytes, or NULL */
    bool has_story;
    struct eh_str first_team, journal;
    struct story_sum base, sum; /* of the story */
    struct tail_image tail;
    struct contents_image contents;
    struct answer_image answer;
};

int eh_decode_ticket(struct eh_engine *, struct eh_reader *, struct ticket *) EH_MUST_CHECK;
/* Reads an image; texts point into the input. -EH_EVERSION, -EH_ECORRUPT. */
int eh_image_read(struct eh_reader *, struct image *ret) EH_MUST_CHECK;
/* The numbers of a ticket, as others see them. */
struct eh_ticket_view eh_ticket_view_numbers(const struct ticket *);

#endif
