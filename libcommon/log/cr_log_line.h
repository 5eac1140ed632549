/* cr_log_line: one log line in the making, in a fixed buffer, as logfmt or JSON.
 *
 * Ownership: the caller's storage; keys must be plain words of ours, values may be any bytes.
 * Errors:    none; what does not fit is cut, and cut values end in "...". The line stays well
 * formed. Threads:   one at a time. Source:    logfmt as read by Loki and humanlog; RFC 8259 for
 * JSON. Control characters and bytes that are not UTF-8 never reach the terminal.
 */
#ifndef CR_LOG_LINE_H
#define CR_LOG_LINE_H

#include <stdbool.h>

#include "cr_log.h"

struct cr_log_line {
    enum cr_log_format format;
    size_t len;
    char data[CR_LOG_LINE_MAX];
};

void cr_log_line_begin(struct cr_log_line *line, enum cr_log_format format);
void cr_log_line_pair(struct cr_log_line *line, const char *key, struct cr_slice value);
/* Ends it with a newline. */
void cr_log_line_end(struct cr_log_line *line);

#endif
