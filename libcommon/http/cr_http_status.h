/* cr_http_status: status codes and their reason phrases.
 *
 * Errors:  unknown codes have the phrase of their class ("Client Error").
 * Threads: any.
 * Source:  RFC 9110 section 15, RFC 6585.
 */
#ifndef CR_HTTP_STATUS_H
#define CR_HTTP_STATUS_H

/* Never NULL. */
const char *cr_http_status_text(int status);

#endif
