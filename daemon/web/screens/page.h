/*
 * page: a screen on its way to a person: what they asked for, what evenhandd says of it, and the
 * HTML that is made of both.
 *
 * A screen is one function that writes. What it needs of the admin API it asks for where it needs
 * it. An answer that is not there yet is NULL: the function goes on as if there were nothing, what
 * it wrote is thrown away, and it is called again once all it asked for is there.
 *
 *     static void show(struct eh_page *page)
 *     {
 *         const json_t *team = eh_page_get(page, "/v1/teams/%s", eh_page_part(page, "team"));
 *         eh_html(&page->main, "<h1>%s</h1>", eh_text_of(team, "name"));
 *         eh_html(&page->main, "<p>%lld wait</p>", (long long)eh_int_of(team, "waiting"));
 *     }
 *
 *     const struct eh_screen eh_screen_team = {
 *         .path = "/teams/{team}", .title = "Team", .roles = EH_IS_MANAGER, .show = show};
 */
#ifndef EVENHAND_WEB_SCREENS_PAGE_H
#define EVENHAND_WEB_SCREENS_PAGE_H

#include "host/clock.h"
#include "http/path.h"
#include "web/ask/answers.h"
#include "web/config/config.h"
#include "web/html/form.h"
#include "web/html/html.h"
#include "web/sign/sign.h"

#define EH_PAGE_ANSWERS_MAX 64 /* answers that a page is made of */
#define EH_PAGE_ROUNDS_MAX  8  /* how often a screen may find that it needs more */

/* What somebody may be, as /v1/me has it. Bits. */
enum eh_is {
    EH_IS_REP = 1,
    EH_IS_MANAGER = 2,
    EH_IS_OPERATOR = 4,
    EH_IS_AUDITOR = 8,
    EH_IS_HELPDESK = 16
};
#define EH_IS_ANYBODY 31u

struct eh_page;

struct eh_screen {
    const char *path;  /* "/teams/{team}" */
    const char *nav;   /* what it is called in the navigation; NULL: it is not there */
    const char *under; /* the path of the one in the navigation that it belongs to; NULL: none */
    const char *title; /* of the window; page->title may be more exact */
    unsigned roles;    /* who may have any business there; what they see is the API's matter */
    bool still;        /* does not move by itself: it says what a change would do */
    bool calm;         /* moves by itself, but not every second: what it shows is dear */
    bool posted;       /* is the answer to a form of ours, and to nothing else; page->form */
    void (*show)(struct eh_page *);
};

/* What every page of this process shares. */
struct eh_pages {
    const struct eh_web_config *config;
    struct eh_answers *answers;
    struct eh_sign *sign;
    const struct eh_screen *const *screens; /* in the order of the navigation; ends with NULL */
    struct eh_clock clock;                  /* in the desk's zone */
};

/* A change that was refused, on the page it came from. */
struct eh_page_wrong {
    const char *change; /* the address of the form; NULL: nothing is wrong */
    const char *why;    /* a sentence */
    const char *field;  /* or NULL */
    const struct eh_form *form;
    bool told; /* a form of the page says it */
};

struct eh_page {
    struct eh_pages *pages;
    struct eh_arena *arena; /* of the request */
    const struct eh_screen *screen;
    const char *target;       /* as it was asked for: path and query */
    struct eh_http_path path; /* without the query ... */
    struct eh_form query;     /* ... which is here */
    struct eh_who who;

    /* What show() finds ... */
    const json_t *me; /* of /v1/me */
    unsigned roles;   /* EH_IS_… */
    struct eh_page_wrong wrong;
    const struct eh_form *form; /* of a screen that is posted */
    /* ... and what it makes. */
    struct eh_html main; /* the content of <main> */
    const char *title;
    const char *go; /* another page instead; NULL: this one */
    int status;     /* 200, unless it says something else */

    /* Between page.c and run.c. */
    struct eh_page_answer {
        const char *person, *target;
        const char *body; /* of a POST that changes nothing; NULL: GET */
        bool wanted, asked;
        bool looked_at;          /* the screen says itself what is wrong with it */
        struct eh_answer answer; /* body: a reference of ours; why: in the arena */
    } answers[EH_PAGE_ANSWERS_MAX];
    unsigned answer_count, owed, rounds;
    void (*done)(struct eh_page *, void *context);
    void *context;
};

/* The answer to GET of this target, whose values are percent-encoded: "/v1/reps/%s". NULL: not
 * there yet, or refused. */
const json_t *eh_page_get(struct eh_page *, const char *format, ...) EH_PRINTF(2, 3);
/* The whole answer, with its status and what is wrong; NULL: not there yet. What is wrong with
 * other answers the page says at its top. */
const struct eh_answer *eh_page_ask(struct eh_page *, const char *format, ...) EH_PRINTF(2, 3);
/* The answer to a POST that changes nothing: what a change would do. Asked once a page, and kept
 * nowhere. body: JSON, which stays; "": none. */
const struct eh_answer *eh_page_try(struct eh_page *, const char *body, const char *format, ...)
    EH_PRINTF(3, 4);
/* What /v1/me says to somebody else: what a link for them would give away. */
const json_t *eh_page_me_of(struct eh_page *, const char *user);
/* A part of the page's own address that its pattern has in braces, and a parameter; "": none. */
const char *eh_page_part(const struct eh_page *, const char *name);
const char *eh_page_query(const struct eh_page *, const char *name);
/* printf into the page's own memory. */
const char *eh_page_text(struct eh_page *, const char *format, ...) EH_PRINTF(2, 3);
bool eh_page_is(const struct eh_page *, unsigned roles);

/* Values of an object, which may be NULL: "" and 0 where there are none. */
const char *eh_text_of(const json_t *object, const char *key);
int64_t eh_int_of(const json_t *object, const char *key);
bool eh_true_of(const json_t *object, const char *key);
bool eh_null_of(const json_t *object, const char *key); /* null, or not there */

/* ---- For run.c. */
const struct eh_answer *eh_page_found(struct eh_page *, const char *person, const char *target);

#endif
