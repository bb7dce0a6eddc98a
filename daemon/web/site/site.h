/*
 * site: the files of the page, embedded in the program, each with a hash of its content in its
 * name, so that a browser may keep it for ever.
 *
 *     const char *address = eh_site_address("style.css"); // "/static/style.0f3ad1….css"
 *     if (!eh_site_answer(request))
 *         …it asks for no file…
 */
#ifndef EVENHAND_WEB_SITE_SITE_H
#define EVENHAND_WEB_SITE_SITE_H

#include "http/server.h"

struct eh_site_file {
    const char *name, *address, *type;
    const unsigned char *plain;
    size_t plain_size;
    const unsigned char *small; /* gzip */
    size_t small_size;
};

extern const struct eh_site_file eh_site_files[]; /* ends with a name that is NULL */

/* Where the file of this name is; it has to be there. */
const char *eh_site_address(const char *name);
bool eh_site_takes_gzip(const struct eh_http_request *);
/* Answers a GET of one of the files. False: it is for none, and is not answered. */
bool eh_site_answer(struct eh_http_request *);

#endif
