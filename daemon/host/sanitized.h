/*
 * sanitized: whether this build has a sanitizer. It maps terabytes and uses next to nothing of
 * them, so a bound on the address space would end it.
 *
 *     if (!EH_SANITIZED)
 *         setrlimit(RLIMIT_AS, &memory);
 */
#ifndef EVENHAND_HOST_SANITIZED_H
#define EVENHAND_HOST_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define EH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define EH_SANITIZED 1
#endif
#endif
#ifndef EH_SANITIZED
#define EH_SANITIZED 0
#endif

#endif
