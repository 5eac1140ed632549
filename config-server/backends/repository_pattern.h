/* repository_pattern: which of several git repositories is meant by an application under profiles.
 * Pure.
 *
 * Threads:   any.
 * Source:    Spring Cloud Config MultipleJGitEnvironmentRepository, Spring PatternMatchUtils;
 *            config-server reference 3.6.
 *
 * A pattern is "{application}/{profile}", where '*' stands for any run of characters, '/' and ','
 * among them. One without '/' means every profile; one that does not end in '*' also means a list
 * of profiles that begins with its own.
 */
#ifndef REPOSITORY_PATTERN_H
#define REPOSITORY_PATTERN_H

#include "config_request.h"

/* Does one of the patterns match "application/profiles"? */
bool repository_pattern_matches(const struct config_list *patterns, struct cr_slice application,
                                struct cr_slice profiles);
/* Is the repository asked at all: does one of the request's profiles match by itself? */
bool repository_pattern_is_candidate(const struct config_list *patterns,
                                     const struct config_request *request);
/* Does one of them match the application with whatever profiles? */
bool repository_pattern_may_match(const struct config_list *patterns, struct cr_slice application);

#endif
