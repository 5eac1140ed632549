/* eureka_page: the page at / that shows who is registered.
 *
 * Plain HTML and one style sheet, nothing from elsewhere, no script. Everything that a client sent
 * is escaped; links are made of http and https URLs only.
 *
 * Errors:  those of the buffer.
 * Threads: as the registry.
 */
#ifndef EUREKA_PAGE_H
#define EUREKA_PAGE_H

#include "cr_buf.h"
#include "registry.h"

/* What the page shows beside the instances. */
struct eureka_page {
    const char *environment;
    const char *datacenter;
    int64_t uptime_ms;
};

void eureka_page_write(const struct eureka_page *page, const struct registry *registry,
                       struct registry_now now, struct cr_buf *out);

/* The last thousand registrations and cancellations. */
void eureka_page_write_events(const struct eureka_page *page, const struct registry *registry,
                              struct registry_now now, struct cr_buf *out);

extern const char eureka_page_style[]; /* text/css */

/* The page needs nothing but its own style sheet. */
#define EUREKA_PAGE_POLICY                                                                         \
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "   \
    "frame-ancestors 'none'"
#define EUREKA_PAGE_STYLE_PATH  "/eureka.css"
#define EUREKA_PAGE_EVENTS_PATH "/lastn"

#endif
