/* log_text: what somebody did, as a sentence. See log_text.h. */
#include "admin/api/log_text.h"

struct line {
    char *text;
    size_t used;
};

static void add(struct line *line, const char *format, ...) EH_PRINTF(2, 3);
static void add(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line->used +=
        eh_format_v(line->text + line->used, EH_DOING_TEXT_MAX - line->used, format, args);
    va_end(args);
}

/* " and the rest", or nothing where there is no such thing. */
static void add_some(struct line *line, const char *before, struct eh_str what)
{
    if (what.size)
        add(line, "%s%.*s", before, EH_STR_ARG(what));
}

static void add_ticket(struct line *line, const struct eh_doing *d)
{
    add(line, "%.*s/%.*s", EH_STR_ARG(d->source), EH_STR_ARG(d->id));
}

static void signal_print(const struct eh_doing *d, struct line *line)
{
    if (d->own)
        add(line, "%.*s is %.*s", EH_STR_ARG(d->rep), EH_STR_ARG(d->word));
    else if (d->by.size)
        add(line, "%.*s set %.*s %.*s", EH_STR_ARG(d->by), EH_STR_ARG(d->rep), EH_STR_ARG(d->word));
    else
        add(line, "the stream says: %.*s is %.*s", EH_STR_ARG(d->rep), EH_STR_ARG(d->word));
    char until[EH_DECIMAL_TEXT_MAX];
    if (d->until_us && d->until_us != EH_TIME_NEVER)
        add(line, " until %.*s", (int)eh_time_print(d->until_us, until), until);
}

static void absence_print(const struct eh_doing *d, struct line *line)
{
    char from[EH_DECIMAL_TEXT_MAX], until[EH_DECIMAL_TEXT_MAX];
    struct eh_str by = d->by.size ? d->by : eh_str("the stream");
    if (d->cancel) {
        add(line, "%.*s took back an absence of %.*s", EH_STR_ARG(by), EH_STR_ARG(d->rep));
        return;
    }
    add(line, "%.*s told that %.*s is absent from %.*s", EH_STR_ARG(by), EH_STR_ARG(d->rep),
        (int)eh_time_print(d->from_us, from), from);
    if (d->until_us)
        add(line, " until %.*s", (int)eh_time_print(d->until_us, until), until);
}

static void ticket_print(const struct eh_doing *d, struct line *line)
{
    static const struct {
        int type;
        const char *verb, *before_team, *before_rep, *before_was;
    } rows[] = {
        {EH_MESSAGE_ASSIGN, " gave ", NULL, " to ", ", from "},
        {EH_MESSAGE_MOVE, " moved ", " to team ", NULL, ", from "},
        {EH_MESSAGE_RETURN, " gave back to the deal ", NULL, NULL, ", from "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type != d->type)
            continue;
        add(line, "%.*s%s", EH_STR_ARG(d->by), rows[i].verb);
        add_ticket(line, d);
        add_some(line, " of team ", d->was_team);
        if (rows[i].before_team)
            add_some(line, rows[i].before_team, d->team);
        if (rows[i].before_rep)
            add_some(line, rows[i].before_rep, d->rep);
        add_some(line, rows[i].before_was, d->was);
    }
}

/* What the helpdesk told: who has a ticket now. Whom a ticket that was let go of is dealt to, is
 * the deal's doing. */
static void owner_print(const struct eh_doing *d, struct line *line)
{
    bool claimed = eh_str_equal(d->word, eh_str("claimed"));
    bool dropped = eh_str_equal(d->word, eh_str("dropped"));
    bool held = eh_str_equal(d->word, eh_str("held"));
    struct eh_str by = d->by.size ? d->by : eh_str("somebody");
    add(line, "%.*s %s ", EH_STR_ARG(by),
        claimed   ? "took"
        : dropped ? "let go of"
        : held    ? "gave out of the team"
                  : "gave");
    add_ticket(line, d);
    if (!claimed && !dropped)
        add_some(line, " to ", d->rep);
    add_some(line, ", from ", d->was);
    add(line, ", at the helpdesk");
}

static void period_print(const struct eh_doing *d, struct line *line)
{
    const char *verb = d->type == EH_MESSAGE_FREEZE    ? "froze "
                       : d->type == EH_MESSAGE_CLOSE   ? "closed "
                       : d->type == EH_MESSAGE_PAY     ? "paid "
                       : d->type == EH_MESSAGE_EXCLUDE ? "excluded "
                       : d->type == EH_MESSAGE_INCLUDE ? "included "
                                                       : "imported ";
    add(line, "%.*s %s", EH_STR_ARG(d->by), verb);
    bool about_rep = d->type == EH_MESSAGE_EXCLUDE || d->type == EH_MESSAGE_INCLUDE;
    if (about_rep)
        add(line, "%.*s %s ", EH_STR_ARG(d->rep), d->type == EH_MESSAGE_EXCLUDE ? "from" : "in");
    else if (d->type == EH_MESSAGE_METRIC)
        add(line, "%.*s for ", EH_STR_ARG(d->word));
    add(line, "%.*s of team %.*s", EH_STR_ARG(d->period), EH_STR_ARG(d->team));
}

static void release_print(const struct eh_doing *d, struct line *line)
{
    add(line, "%.*s released %.*s: %llu %s back to the deal", EH_STR_ARG(d->by), EH_STR_ARG(d->rep),
        (unsigned long long)d->tickets, d->tickets == 1 ? "ticket went" : "tickets went");
}

static void outcome_print(const struct eh_doing *d, struct line *line)
{
    add(line, "%.*s told that ", EH_STR_ARG(d->by));
    add_ticket(line, d);
    add(line, " is %.*s", EH_STR_ARG(d->word));
}

static const char *desk_deed(int type)
{
    return type == EH_MESSAGE_DESK      ? "applied a desk file"
           : type == EH_MESSAGE_REVEAL  ? "ended the draw epoch and had its seed revealed"
           : type == EH_MESSAGE_NEW_KEY ? "replaced the lost master key"
                                        : "accepted the time of the clock";
}

void eh_doing_print(const struct eh_doing *d, char ret[EH_DOING_TEXT_MAX])
{
    struct line line = {.text = ret};
    *ret = '\0';
    if (d->type == EH_MESSAGE_SIGNAL)
        signal_print(d, &line);
    else if (d->type == EH_MESSAGE_ABSENCE)
        absence_print(d, &line);
    else if (d->type == EH_MESSAGE_OUTCOME)
        outcome_print(d, &line);
    else if (d->type == EH_MESSAGE_OWNER)
        owner_print(d, &line);
    else if (d->type == EH_MESSAGE_RELEASE)
        release_print(d, &line);
    else if (d->id.size)
        ticket_print(d, &line);
    else if (d->period.size)
        period_print(d, &line);
    else
        add(&line, "%.*s %s", EH_STR_ARG(d->by), desk_deed(d->type));
    add_some(&line, d->type == EH_MESSAGE_RELEASE ? "; " : ": ", d->reason);
    if (d->reason_erased)
        add(&line, " (the reason is erased)");
}
