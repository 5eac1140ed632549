/* cr_list: an intrusive, circular, doubly linked list.
 *
 * Ownership: the list owns nothing; a node lives inside its element and is in one list at most.
 *            A zeroed node is "not in a list"; a head must be initialised.
 * Threads:   one at a time.
 */
#ifndef CR_LIST_H
#define CR_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct cr_list {
    struct cr_list *next;
    struct cr_list *prev;
};

static inline void cr_list_init(struct cr_list *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool cr_list_empty(const struct cr_list *head)
{
    return head->next == head;
}

static inline bool cr_list_linked(const struct cr_list *node)
{
    return node->next != NULL;
}

static inline void cr_list_insert(struct cr_list *before, struct cr_list *node)
{
    node->next = before;
    node->prev = before->prev;
    before->prev->next = node;
    before->prev = node;
}

static inline void cr_list_push_back(struct cr_list *head, struct cr_list *node)
{
    cr_list_insert(head, node);
}

static inline void cr_list_push_front(struct cr_list *head, struct cr_list *node)
{
    cr_list_insert(head->next, node);
}

/* Does nothing to a node that is in no list. */
static inline void cr_list_remove(struct cr_list *node)
{
    if (!node->next)
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = NULL;
    node->prev = NULL;
}

/* NULL when empty. */
static inline struct cr_list *cr_list_pop_front(struct cr_list *head)
{
    if (cr_list_empty(head))
        return NULL;
    struct cr_list *node = head->next;
    cr_list_remove(node);
    return node;
}

/* The loop may remove `node`, but not its successor. */
/* NOLINTBEGIN(bugprone-macro-parentheses): node is declared here */
#define cr_list_for(node, head)                                                                    \
    for (struct cr_list *node = (head)->next, *node##_next = node->next; node != (head);           \
         node = node##_next, node##_next = node->next)
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
