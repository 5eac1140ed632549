/* http_date: the dates of Last-Modified and If-Modified-Since. Pure.
 *
 * Units:   seconds since 1970-01-01T00:00:00Z.
 * Errors:  http_date_parse returns false for what is no date of HTTP.
 * Threads: any.
 * Source:  RFC 9110 section 5.6.7, with its two obsolete forms.
 */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include "cr_attr.h"
#include "cr_slice.h"

enum { HTTP_DATE_SIZE = 64 };

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
void http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE]);
CR_MUST_CHECK bool http_date_parse(struct cr_slice text, int64_t *out_seconds);

#endif
