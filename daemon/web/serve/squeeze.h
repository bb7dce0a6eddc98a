/*
 * squeeze: documents by gzip, where that is safe.
 *
 *     if (eh_squeeze_pays(request, tls, text.size))
 *         eh_squeeze(text, body); // with the header Content-Encoding: gzip
 *
 * A document has what nobody else may know (the token of its forms, what it shows) beside what its
 * address says (where its forms lead back to). Whoever makes a browser fetch it at addresses of
 * their choice, and sees how long the answers are, could guess the former from how well it is
 * compressed with the latter (BREACH). So a document is compressed only where the browser says
 * that a page of ours asked for it, or the person themselves: Sec-Fetch-Site is "same-origin" or
 * "none". A browser says neither of what another site made it fetch, and that goes uncompressed.
 * Where the page is not reached over TLS, whoever sees lengths sees all, and nothing is to be
 * guessed.
 */
#ifndef EVENHAND_WEB_SERVE_SQUEEZE_H
#define EVENHAND_WEB_SERVE_SQUEEZE_H

#include "http/server.h"

#define EH_SQUEEZE_LEAST 1024 /* bytes of a document; below it saves no packet */

bool eh_squeeze_pays(const struct eh_http_request *, bool tls, size_t size);
void eh_squeeze(struct eh_str text, struct evbuffer *ret);

#endif
