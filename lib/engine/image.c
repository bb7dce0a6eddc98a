/*
 * image: a ticket's canonical bytes, read: into texts and numbers without an engine, as others see
 * them, and into a ticket of an engine.
 */
#include "image.h"

#include "canonical.h"
#include "changed.h"
#include "interner.h"
#include "journal.h"
#include "stored.h"
#include "story.h"
#include "tail.h"
#include "ticket.h"
#include "ticket_text.h"
#include "units.h"

#include <stdlib.h>

static void image_read_names(struct eh_reader *in, struct image *image)
{
    image->source = eh_read_str(in);
    image->id = eh_read_str(in);
    image->skills = eh_read_str(in);
    image->t.digest = eh_read_key(in);
    image->customer = eh_read_flag(in) ? eh_read_bytes(in, 16) : NULL;
    image->team = eh_read_str(in);
    image->kind = eh_read_str(in);
    image->rep = eh_read_str(in);
    image->was = eh_read_str(in);
}

static void image_read_numbers(struct eh_reader *in, struct ticket *t)
{
    uint8_t state = eh_read_u8(in);
    t->state = state & TICKET_STATE;
    t->aside = (state & TICKET_ASIDE) != 0;
    t->left = (state & TICKET_LEFT) != 0;
    t->returned = (state & TICKET_RETURNED) != 0;
    t->kept = (state & TICKET_KEPT) != 0;
    t->taken = (state & TICKET_TAKEN) != 0;
    t->priority = eh_read_u8(in);
    t->outcome = eh_read_u8(in);
    t->points = eh_read_u32(in);
    t->deals = eh_read_u32(in);
    t->value = eh_read_i(in);
    t->refunded = eh_read_i(in);
    t->received_us = eh_read_i(in);
    t->assigned_us = eh_read_i(in);
    int64_t closed_us = eh_read_i(in);
    if (t->state == EH_TICKET_CLOSED)
        t->closed_us = closed_us;
    in->failed |= t->state != EH_TICKET_CLOSED && closed_us != 0;
    t->stream_ms = eh_read_u(in);
    t->stream_no = eh_read_u(in);
}

/* Images older than receipts: a ticket that was dealt was booked with its value. */
static void image_read_receipt(struct eh_reader *in, uint8_t version, struct ticket *t)
{
    t->receipted = version == 1 ? t->deals > 0 : eh_read_flag(in);
    t->booked = version == 1 ? (t->deals > 0 ? t->value : 0) : eh_read_i(in);
}

/* Images older than bonus periods: their closing is in no period. */
static void image_read_times(struct eh_reader *in, uint8_t version, struct ticket *t)
{
    t->created_us = version < 3 ? t->received_us : eh_read_i(in);
    t->first_us = version < 3 ? t->assigned_us : eh_read_i(in);
    t->closed_date = version < 3 ? 0 : eh_read_i32(in);
}

/* Images older than stories have none. */
static void image_read_story(struct eh_reader *in, uint8_t version, struct image *image)
{
    struct tale tale = {.count = 0};
    image->has_story = version >= 4 && eh_read_flag(in);
    if (!image->has_story)
        return;
    eh_story_read_sum(in, &image->base);
    image->first_team = eh_read_str(in);
    image->journal = eh_read_str(in);
    in->failed |= in->failed || !eh_tale_read(image->journal, &image->base, &tale);
    image->sum = tale.sum;
}

/* Images older than answers: a ticket that was closed counts as answered. */
static void image_read_more(struct eh_reader *in, uint8_t version, struct ticket *t)
{
    uint8_t flags = version >= 9 ? eh_read_u8(in) : t->outcome ? TICKET_ANSWERED : 0;
    t->answered = flags & TICKET_ANSWERED;
    t->overflowed = flags & TICKET_OVERFLOWED;
    t->lapsed = flags & TICKET_LAPSED;
    in->failed |= flags > TICKET_MORE || (t->outcome && !t->answered);
}

/* Whether the ticket's numbers are those that its story comes to. */
static bool image_has_sound_story(const struct image *image)
{
    const struct ticket *t = &image->t;
    const struct story_sum *sum = &image->sum;
    return !image->has_story || (eh_story_sum_is_sound(sum) && t->outcome == sum->outcome &&
                                 t->value == sum->value && t->refunded == sum->refunded &&
                                 (!sum->outcome || (t->closed_us == sum->closed_us &&
                                                    t->closed_date == sum->closed_date)));
}

static bool ticket_has_sound_numbers(const struct ticket *t)
{
    const int64_t times[] = {t->received_us, t->assigned_us, eh_ticket_closed_us(t), t->created_us,
                             t->first_us};
    int64_t left; /* to be refunded */
    bool sound =
        eh_is_date(t->closed_date) && !__builtin_sub_overflow(t->value, t->refunded, &left);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        sound &= eh_is_time(times[i]);
    return sound;
}

static bool image_is_sound(const struct image *image)
{
    const struct ticket *t = &image->t;
    bool closed = t->state == EH_TICKET_CLOSED;
    return image->changed_ms >= 0 && image->changed_ms <= EH_INTEGER_MAX &&
           ticket_has_sound_numbers(t) && image_has_sound_story(image) &&
           t->state >= EH_TICKET_WAITING && t->state <= EH_TICKET_STATES && t->priority <= 9 &&
           closed == (t->outcome != 0) && t->outcome <= EH_OUTCOME_CANCELLED && image->team.size &&
           image->kind.size && image->source.size <= UINT16_MAX && image->id.size <= UINT16_MAX &&
           image->skills.size <= UINT16_MAX &&
           (t->state != EH_TICKET_ASSIGNED || image->rep.size > 0) &&
           ((t->state != EH_TICKET_WAITING && t->state != EH_TICKET_HELD) ||
            image->rep.size == 0) &&
           (!t->kept || (!t->receipted && image->was.size > 0)) &&
           (!t->lapsed || (t->state == EH_TICKET_WAITING && image->was.size > 0)) &&
           (!t->taken || image->was.size > 0);
}

int eh_image_read(struct eh_reader *in, struct image *ret)
{
    struct image image = {
        .t = {.set = NONE, .next = NONE, .previous = NONE, .newer = NONE, .older = NONE}};
    uint8_t version = eh_read_u8(in);
    if (version < 1 || version > IMAGE_VERSION)
        return in->failed ? -EH_ECORRUPT : -EH_EVERSION;
    image.t.no = eh_read_u(in);
    image_read_names(in, &image);
    image_read_numbers(in, &image.t);
    image_read_receipt(in, version, &image.t);
    image_read_times(in, version, &image.t);
    image_read_story(in, version, &image);
    image.changed_ms = version < 5 ? 0 : eh_read_i(in);
    eh_tail_image(in, version, &image.tail);
    image.t.likeness = version < 7 ? 0 : eh_read_u32(in);
    eh_contents_image(in, version, &image.contents);
    image_read_more(in, version, &image.t);
    eh_answer_image(in, version, &image.answer);
    in->failed |= image.answer.answer.told && !image.t.answered;
    if (in->failed || !image_is_sound(&image))
        return -EH_ECORRUPT;
    *ret = image;
    return 0;
}

/* ---- as others see it */

struct eh_ticket_view eh_ticket_view_numbers(const struct ticket *t)
{
    return (struct eh_ticket_view){
        .no = t->no,
        .digest = t->digest,
        .outcome = eh_str(t->outcome ? eh_outcome_name(t->outcome) : NULL),
        .state = t->state,
        .priority = t->priority,
        .answered = t->answered,
        .value = t->value,
        .refunded = t->refunded,
        .points = t->points,
        .deals = t->deals,
        .received_us = t->received_us,
        .assigned_us = t->assigned_us,
        .closed_us = eh_ticket_closed_us(t),
    };
}

int eh_ticket_image_view(struct eh_str bytes, struct eh_ticket_view *ret, struct eh_error *error)
{
    struct image image;
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    int r = eh_image_read(&in, &image);
    if (r == 0 && !eh_reader_complete(&in))
        r = -EH_ECORRUPT;
    if (r < 0)
        return eh_error_set(error, -r, "a ticket's image cannot be read: %s", eh_code_name(r));
    struct eh_ticket_view view = eh_ticket_view_numbers(&image.t);
    view.source = image.source;
    view.id = image.id;
    view.skills = image.skills;
    view.resent_of = image.tail.tail.resent_of;
    view.team = image.team;
    view.kind = image.kind;
    view.rep = image.rep;
    *ret = view;
    return 0;
}

bool eh_ticket_image_same(struct eh_str recorded, struct eh_str image)
{
    if (recorded.size == 0 || recorded.size >= image.size || recorded.data[0] >= image.data[0])
        return eh_str_equal(recorded, image);
    return memcmp(recorded.data + 1, image.data + 1, recorded.size - 1) == 0;
}

/* ---- into a ticket */

static int rep_intern(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    *ret = NONE;
    return id.size ? eh_intern_rep(e, id, ret) : 0;
}

/* Makes the ticket's own story from a sound image. */
static int ticket_make_story(struct eh_engine *e, const struct image *image, struct ticket *t)
{
    struct story *story;
    struct tale tale;
    uint32_t team = NONE;
    if (!image->has_story)
        return 0;
    int r = image->first_team.size ? eh_intern_team(e, image->first_team, &team) : 0;
    if (r == 0)
        r = eh_tale_read(image->journal, &image->base, &tale) ? eh_tale_close(&tale, &story)
                                                              : -EH_ECORRUPT;
    if (r < 0)
        return r;
    story->first_team = team;
    t->story = story;
    return 0;
}

int eh_decode_ticket(struct eh_engine *e, struct eh_reader *in, struct ticket *ret)
{
    struct image image;
    int r = eh_image_read(in, &image);
    if (r == 0)
        r = eh_intern_team(e, image.team, &image.t.team);
    if (r == 0)
        r = eh_intern_kind(e, image.kind, &image.t.kind);
    if (r == 0)
        r = rep_intern(e, image.rep, &image.t.rep);
    if (r == 0)
        r = rep_intern(e, image.was, &image.t.was);
    if (r == 0)
        r = eh_ticket_set_text(&image.t, image.source, image.id, image.skills, image.customer,
                               eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    r = eh_tail_take(e, &image.tail, &image.t);
    if (r == 0)
        r = eh_contents_take(e, &image.contents, &image.t);
    if (r == 0)
        r = eh_answer_take(e, &image.answer, &image.t);
    if (r == 0)
        r = ticket_make_story(e, &image, &image.t);
    if (r == 0)
        r = eh_changed_put(e, &image.t, image.changed_ms);
    if (r < 0)
        free(image.t.text);
    else
        *ret = image.t;
    return r;
}
