/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-splitter.h"
#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"

#include <string.h>

/* What missions are split into: the headings of their questions, between bars. */
typedef struct
{
  const char *mission;
  const char *language;
  const char *title;
  const char *labels;
  const char *queries;
} Case;

static const Case cases[] = {
  { "What is a dead letter?", "en", "What is a dead letter?", "Dead letter", "dead letter" },
  { "What are the steps to build a package?", "en", "What are the steps to build a package?",
    "Steps to build a package", "steps build package" },
  { "What do the contracts say about liability, warranty and termination?", "en",
    "What do the contracts say about liability, warranty and termination?",
    "Liability | Warranty | Termination",
    "liability contracts | warranty contracts | termination contracts" },
  { "Compare dpkg-divert with alternatives in terms of safety and performance.", "en",
    "Compare dpkg-divert with alternatives in terms of safety and performance",
    "dpkg-divert | Alternatives | dpkg-divert and alternatives",
    "dpkg divert safety performance | alternatives safety performance | dpkg divert alternatives safety performance" },
  { "Compare Redis and Kafka", "en", "Compare Redis and Kafka", "Redis | Kafka | Redis and Kafka",
    "Redis | Kafka | Redis Kafka" },
  { "What is the difference between Depends and Recommends in Debian?", "en",
    "What is the difference between Depends and Recommends in Debian?",
    "Depends | Recommends | Depends and Recommends",
    "Depends Debian | Recommends Debian | Depends Recommends Debian" },
  { "Explain the advantages and disadvantages of shared libraries.", "en",
    "Explain the advantages and disadvantages of shared libraries",
    "Advantages of shared libraries | Disadvantages of shared libraries",
    "shared libraries advantage benefit strength merit | shared libraries disadvantage drawback risk limitation weakness" },
  { "Pros and cons of event sourcing?", "en", "Pros and cons of event sourcing?",
    "Pros of event sourcing | Cons of event sourcing",
    "event sourcing advantage benefit strength merit | event sourcing disadvantage drawback risk limitation weakness" },
  { "Which duties does the supplier have after delivery, and how do the three contracts differ?",
    "en",
    "Which duties does the supplier have after delivery, and how do the three contracts differ?",
    "Which duties does the supplier have after delivery? | How do the three contracts differ?",
    "duties supplier delivery | three contracts" },
  { "What is a dead letter and how does it get requeued?", "en",
    "What is a dead letter and how does it get requeued?",
    "Dead letter | How does it get requeued?", "dead letter | get requeued dead letter" },
  { "Summarise the documents.", "en", "Summarise the documents", "Documents", "" },
  { "Summarise in 200 words.", "en", "Summarise", "Summarise in 200 words", "200 words" },
  { "Please explain the duties of the supplier in 200 words.", "en",
    "Please explain the duties of the supplier", "Duties of the supplier", "duties supplier" },
  { "Write a report on the release process. Use a table. Keep it under 500 words.", "en",
    "Write a report on the release process", "Release process", "release process" },
  { "How do retries, dead letters and reclaims work?", "en",
    "How do retries, dead letters and reclaims work?",
    "How do retries work? | How do dead letters work? | How do reclaims work?",
    "retries | dead letters | reclaims" },
  { "Answer these questions:\n- What is a conffile?\n- How are conffiles upgraded?\n- When may a package be removed?",
    "en", "Answer these questions",
    "Conffile | How are conffiles upgraded? | When may a package be removed?",
    "conffile | conffiles upgraded | package removed" },
  { "Describe the following subjects:\n1. liability\n2. warranty\n3. termination", "en",
    "Describe the following subjects", "Liability | Warranty | Termination",
    "liability subjects | warranty subjects | termination subjects" },
  { "Compare what our three contracts say about liability", "en",
    "Compare what our three contracts say about liability", "Liability", "liability contracts" },
  { "How do the two offers differ in price and delivery time?", "en",
    "How do the two offers differ in price and delivery time?", "Price | Delivery time",
    "price offers | delivery time offers" },
  { "Compare the liability clauses across all agreements.", "en",
    "Compare the liability clauses across all agreements", "Liability clauses",
    "liability clauses agreements" },
  { "Vergleiche, was unsere drei Lieferverträge zur Haftung sagen.", "de",
    "Vergleiche, was unsere drei Lieferverträge zur Haftung sagen", "Haftung",
    "Haftung Lieferverträge" },
  { "Compare ce que disent nos trois contrats sur la responsabilité.", "fr",
    "Compare ce que disent nos trois contrats sur la responsabilité", "Responsabilité",
    "responsabilité contrats" },
  { "Compara lo que dicen los tres contratos sobre la responsabilidad.", "es",
    "Compara lo que dicen los tres contratos sobre la responsabilidad", "Responsabilidad",
    "responsabilidad contratos" },
  { "Redis versus Kafka", "en", "Redis versus Kafka", "Redis | Kafka | Redis and Kafka",
    "Redis | Kafka | Redis Kafka" },
  { "Vergleiche Redis mit Kafka hinsichtlich der Geschwindigkeit und Sicherheit.", "de",
    "Vergleiche Redis mit Kafka hinsichtlich der Geschwindigkeit und Sicherheit",
    "Redis | Kafka | Redis und Kafka",
    "Redis Geschwindigkeit Sicherheit | Kafka Geschwindigkeit Sicherheit | Redis Kafka Geschwindigkeit Sicherheit" },
  { "Was sind die Vor- und Nachteile von Wärmepumpen?", "de",
    "Was sind die Vor- und Nachteile von Wärmepumpen?",
    "Vorteile von Wärmepumpen | Nachteile von Wärmepumpen",
    "Wärmepumpen Vorteil Nutzen Stärke Vorzug | Wärmepumpen Nachteil Risiko Schwäche Einschränkung" },
  { "Welche Pflichten hat der Lieferant, und wie lange gilt die Gewährleistung?", "de",
    "Welche Pflichten hat der Lieferant, und wie lange gilt die Gewährleistung?",
    "Welche Pflichten hat der Lieferant? | Wie lange gilt die Gewährleistung?",
    "Pflichten Lieferant | gilt Gewährleistung" },
  { "Was sagen die Verträge über Haftung, Gewährleistung und Kündigung?", "de",
    "Was sagen die Verträge über Haftung, Gewährleistung und Kündigung?",
    "Haftung | Gewährleistung | Kündigung",
    "Haftung Verträge | Gewährleistung Verträge | Kündigung Verträge" },
  { "Quels sont les avantages et inconvénients de l'énergie nucléaire ?", "fr",
    "Quels sont les avantages et inconvénients de l'énergie nucléaire ?",
    "Avantages de l'énergie nucléaire | Inconvénients de l'énergie nucléaire",
    "énergie nucléaire avantage bénéfice atout | énergie nucléaire inconvénient désavantage risque faiblesse limite" },
  { "Comparez le contrat A avec le contrat B.", "fr", "Comparez le contrat A avec le contrat B",
    "Contrat A | Contrat B | Contrat A et contrat B", "contrat A | contrat B | contrat A B" },
  { "Quelle est la différence entre un paquet source et un paquet binaire ?", "fr",
    "Quelle est la différence entre un paquet source et un paquet binaire ?",
    "Paquet source | Paquet binaire | Paquet source et paquet binaire",
    "paquet source | paquet binaire | paquet source binaire" },
  { "¿Cuáles son las ventajas y desventajas de la energía solar?", "es",
    "¿Cuáles son las ventajas y desventajas de la energía solar?",
    "Ventajas de la energía solar | Desventajas de la energía solar",
    "energía solar ventaja beneficio fortaleza | energía solar desventaja inconveniente riesgo debilidad limitación" },
  { "¿Qué diferencia hay entre un contrato fijo y un contrato temporal?", "es",
    "¿Qué diferencia hay entre un contrato fijo y un contrato temporal?",
    "Contrato fijo | Contrato temporal | Contrato fijo y contrato temporal",
    "contrato fijo | contrato temporal | contrato fijo temporal" },
  { "Compara Redis con Kafka en cuanto a rendimiento.", "es",
    "Compara Redis con Kafka en cuanto a rendimiento", "Redis | Kafka | Redis y Kafka",
    "Redis rendimiento | Kafka rendimiento | Redis Kafka rendimiento" },
  { "We are a supplier of valves. The contract with Nordwerk ends in May. What notice must we give?",
    "en", "What notice must we give?", "What notice must we give?",
    "notice supplier valves contract Nordwerk ends" },
  { "SIMULATE_FAILURE what is a queue?", "en", "SIMULATE_FAILURE what is a queue?",
    "SIMULATE_FAILURE what is a queue?", "SIMULATE_FAILURE queue" },
  { "Explain (1) retries, (2) dead letters and (3) reclaims.", "en",
    "Explain (1) retries, (2) dead letters and (3) reclaims", "Retries | Dead letters | Reclaims",
    "retries | dead letters | reclaims" },
  { "What are the rights and obligations of the tenant?", "en",
    "What are the rights and obligations of the tenant?", "Rights and obligations of the tenant",
    "rights obligations tenant" },
  { "Explain health and safety rules", "en", "Explain health and safety rules",
    "Health and safety rules", "health safety rules" },
  { "What are the terms and conditions of delivery?", "en",
    "What are the terms and conditions of delivery?", "Terms and conditions of delivery",
    "terms conditions delivery" },
  { "Compare the rights of tenants with those of owners.", "en",
    "Compare the rights of tenants with those of owners", "Tenants | Owners | Tenants and owners",
    "tenants rights | owners rights | tenants owners rights" },
  { "How does a consumer group differ from a plain consumer?", "en",
    "How does a consumer group differ from a plain consumer?",
    "Consumer group | Plain consumer | Consumer group and plain consumer",
    "consumer group | plain consumer | consumer group plain" },
  { "What happens if, after delivery, the goods are damaged and the buyer refuses payment?", "en",
    "What happens if, after delivery, the goods are damaged and the buyer refuses payment?",
    "What happens if, after delivery, the goods are damaged and the buyer refuses payment?",
    "delivery goods damaged buyer refuses payment" },
  { "Liability, warranty and termination", "en", "Liability, warranty and termination",
    "Liability | Warranty | Termination", "Liability | warranty | termination" },
  { "Tell me about maintainer scripts.", "en", "Tell me about maintainer scripts",
    "Maintainer scripts", "maintainer scripts" },
  { "What must a package's changelog contain, who may change it and when is it needed?", "en",
    "What must a package's changelog contain, who may change it and when is it needed?",
    "What must a package's changelog contain? | Who may change it? | When is it needed?",
    "package changelog contain | change package changelog contain | needed package changelog contain" },
  { "Write a 300-word report comparing dpkg and rpm.", "en",
    "Write a report comparing dpkg and rpm", "dpkg | rpm | dpkg and rpm", "dpkg | rpm | dpkg rpm" },
  { "Warum braucht man Wiederholungen? Wann wird ein Schritt aufgegeben?", "de",
    "Warum braucht man Wiederholungen? Wann wird ein Schritt aufgegeben?",
    "Warum braucht man Wiederholungen? | Wann wird ein Schritt aufgegeben?",
    "braucht Wiederholungen | Schritt aufgegeben" },
  { "Hello, could you please tell me which licences are allowed in main?", "en",
    "Hello, could you please tell me which licences are allowed in main?",
    "Which licences are allowed in main?", "licences allowed" },
  { "Analyse the contract. List all deadlines. Who is liable for delays?", "en",
    "Analyse the contract. List all deadlines. Who is liable for delays?",
    "Contract | All deadlines | Who is liable for delays?",
    "contract | deadlines | liable delays" },
  { "Welche Unterschiede gibt es zwischen einem Kaufvertrag und einem Werkvertrag?", "de",
    "Welche Unterschiede gibt es zwischen einem Kaufvertrag und einem Werkvertrag?",
    "Kaufvertrag | Werkvertrag | Kaufvertrag und Werkvertrag",
    "Kaufvertrag | Werkvertrag | Kaufvertrag Werkvertrag" },
  { "Erkläre bitte kurz die Begriffe Nachfrist, Verzug und Rücktritt.", "de",
    "Erkläre bitte kurz die Begriffe Nachfrist, Verzug und Rücktritt",
    "Nachfrist | Verzug | Rücktritt", "Nachfrist | Verzug | Rücktritt" },
  { "Fasse die Dokumente in 200 Wörtern zusammen.", "de", "Fasse die Dokumente zusammen",
    "Dokumente", "" },
  { "Wie lange ist die Kündigungsfrist und wer muss sie einhalten?", "de",
    "Wie lange ist die Kündigungsfrist und wer muss sie einhalten?",
    "Wie lange ist die Kündigungsfrist? | Wer muss sie einhalten?",
    "Kündigungsfrist | einhalten Kündigungsfrist" },
  { "Chancen und Risiken von Solaranlagen auf Dächern", "de",
    "Chancen und Risiken von Solaranlagen auf Dächern",
    "Chancen von Solaranlagen auf Dächern | Risiken von Solaranlagen auf Dächern",
    "Solaranlagen Dächern Vorteil Nutzen Stärke Vorzug | Solaranlagen Dächern Nachteil Risiko Schwäche Einschränkung" },
  { "Expliquez brièvement le fonctionnement des files d'attente. Répondez en 150 mots.", "fr",
    "Expliquez brièvement le fonctionnement des files d'attente",
    "Fonctionnement des files d'attente", "fonctionnement files attente" },
  { "Quelles sont les obligations du fournisseur, et combien de temps dure la garantie ?", "fr",
    "Quelles sont les obligations du fournisseur, et combien de temps dure la garantie ?",
    "Obligations du fournisseur | Combien de temps dure la garantie ?",
    "obligations fournisseur | dure garantie" },
  { "Résumez les documents en 100 mots.", "fr", "Résumez les documents", "Documents", "" },
  { "¿Qué dicen los contratos sobre responsabilidad, garantía y rescisión?", "es",
    "¿Qué dicen los contratos sobre responsabilidad, garantía y rescisión?",
    "Responsabilidad | Garantía | Rescisión",
    "responsabilidad contratos | garantía contratos | rescisión contratos" },
  { "Explica qué es una cola de mensajes y cómo se gestionan los reintentos.", "es",
    "Explica qué es una cola de mensajes y cómo se gestionan los reintentos",
    "Cola de mensajes | Cómo se gestionan los reintentos",
    "cola mensajes | gestionan reintentos cola mensajes" },
  { "Resume los documentos en 200 palabras.", "es", "Resume los documentos", "Documentos", "" },
  { "Warranty", "en", "Warranty", "Warranty", "Warranty" },
  { "Supply contracts.\n\nWarranty periods.\n\nPayment terms.", "en",
    "Supply contracts. Warranty periods. Payment terms",
    "Supply contracts | Warranty periods | Payment terms",
    "Supply contracts | Warranty periods | Payment terms" },
  { "How do A and B differ in price and quality?", "en",
    "How do A and B differ in price and quality?", "A | B | A and B",
    "A price quality | B price quality | B price quality" },
  { "What are the strengths and weaknesses of the current design?", "en",
    "What are the strengths and weaknesses of the current design?",
    "Strengths of the current design | Weaknesses of the current design",
    "current design advantage benefit strength merit | current design disadvantage drawback risk limitation weakness" },
  { "Write a report about dead letters: what they are, why they happen and how to handle them.",
    "en",
    "Write a report about dead letters: what they are, why they happen and how to handle them",
    "Dead letters | What they are | Why they happen | How to handle them",
    "dead letters | dead letters | dead letters | handle dead letters" },
  { "Compare Redis Streams, Kafka and RabbitMQ with respect to ordering, durability and cost.",
    "en", "Compare Redis Streams, Kafka and RabbitMQ with respect to ordering, durability and cost",
    "Redis Streams | Kafka | RabbitMQ | Redis Streams, Kafka and RabbitMQ",
    "Redis Streams ordering durability cost | Kafka ordering durability cost | RabbitMQ ordering durability cost | Redis Streams Kafka RabbitMQ ordering durability cost" },
  { "Is the supplier liable for delay? Please answer with yes or no, then explain. Use at most three sentences.",
    "en", "Is the supplier liable for delay?", "Is the supplier liable for delay?",
    "supplier liable delay" },
  { "Why must packages not modify files in /usr/local?", "en",
    "Why must packages not modify files in /usr/local?",
    "Why must packages not modify files in /usr/local?", "packages modify files usr local" },
  { "Give me an overview of the release process in 500 words with sources.", "en",
    "Give me an overview of the release process with sources", "Release process",
    "release process" },
  { "1. What is a stream?\n2. What is a consumer group?\n3. What is the PEL?", "en",
    "What is a stream? What is a consumer group? What is the PEL?", "Stream | Consumer group | PEL",
    "stream | consumer group | PEL" },
  { "Explain how retries work, what a dead letter is and why heartbeats matter.", "en",
    "Explain how retries work, what a dead letter is and why heartbeats matter",
    "How retries work | What a dead letter is | Why heartbeats matter",
    "retries | dead letter | heartbeats matter" },
  { "What is stored in a table?", "en", "What is stored in a table?", "What is stored in a table?",
    "stored table" },
  { "Vergleich von Wärmepumpe und Gasheizung", "de", "Vergleich von Wärmepumpe und Gasheizung",
    "Wärmepumpe | Gasheizung | Wärmepumpe und Gasheizung",
    "Wärmepumpe | Gasheizung | Wärmepumpe Gasheizung" },
  { "Vergleiche LVM mit RAID", "de", "Vergleiche LVM mit RAID", "LVM | RAID | LVM und RAID",
    "LVM | RAID | LVM RAID" },
  { "Compare the pros and cons of pumps.", "en", "Compare the pros and cons of pumps",
    "Pros of pumps | Cons of pumps",
    "pumps advantage benefit strength merit | pumps disadvantage drawback risk limitation weakness" },
};

static char *
join (const SortieQuestions *questions, gboolean labels)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < questions->questions->len; i++)
    {
      const SortieQuestion *question = g_ptr_array_index (questions->questions, i);

      g_string_append_printf (joined, "%s%s", i > 0 ? " | " : "",
                              labels ? question->label : question->query);
    }
  return g_string_free (joined, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (one->mission);
  g_autofree char *labels = join (questions, TRUE);
  g_autofree char *queries = join (questions, FALSE);

  g_assert_cmpstr (questions->language, ==, one->language);
  g_assert_cmpstr (questions->title, ==, one->title);
  g_assert_cmpstr (labels, ==, one->labels);
  g_assert_cmpstr (queries, ==, one->queries);
}

static void
test_aspects (void)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (
      "Compare Redis Streams, Kafka and RabbitMQ with respect to ordering, durability and cost.");
  const SortieQuestion *side = g_ptr_array_index (questions->questions, 0);
  const SortieQuestion *shared = g_ptr_array_index (questions->questions, 3);

  g_assert_cmpuint (questions->aspects->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (questions->aspects, 1), ==, "durability");
  g_assert_cmpint (side->kind, ==, SORTIE_QUESTION_SIDE);
  g_assert_cmpint (side->group, ==, 1);
  g_assert_cmpstr (side->question, ==, "Redis Streams: ordering, durability and cost");
  g_assert_cmpint (shared->kind, ==, SORTIE_QUESTION_SHARED);
  g_assert_true (sortie_questions_find (questions, side->question) == side);
  g_assert_null (sortie_questions_find (questions, "another"));
}

/* Each comparison of a mission is a group of its own. */
static void
test_two_comparisons (void)
{
  g_autoptr (SortieQuestions) questions =
      sortie_questions_from_mission ("Compare A with B. What is the difference between C and D?");

  g_assert_cmpuint (questions->questions->len, ==, 6);
  g_assert_cmpint (((SortieQuestion *) g_ptr_array_index (questions->questions, 2))->group, ==, 1);
  g_assert_cmpint (((SortieQuestion *) g_ptr_array_index (questions->questions, 3))->group, ==, 2);
}

/* More wishes than the plan has room for: none is lost. */
static void
test_many_questions (void)
{
  g_autoptr (GString) mission = g_string_new (NULL);
  g_autoptr (SortieQuestions) questions = NULL;
  const SortieQuestion *last;

  for (int i = 0; i < 30; i++)
    g_string_append_printf (mission, "What is subject%d? ", i);
  questions = sortie_questions_from_mission (mission->str);
  g_assert_cmpuint (questions->questions->len, ==, SORTIE_MAX_QUESTIONS);
  last = g_ptr_array_index (questions->questions, SORTIE_MAX_QUESTIONS - 1);
  g_assert_nonnull (strstr (last->query, "subject8"));
  g_assert_nonnull (strstr (last->query, "subject29"));
  g_assert_true (g_str_has_suffix (questions->title, " …"));
}

/* What does not fit as several questions is asked as one. */
static void
test_no_room (void)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (
      "What is alpha? What is beta? What is gamma? What is delta? What is epsilon? What is zeta? "
      "What is eta? Compare Redis, Kafka and NATS with RabbitMQ.");

  g_assert_cmpuint (questions->questions->len, ==, 8);
}

static void
test_same_question_twice (void)
{
  g_autoptr (SortieQuestions) questions =
      sortie_questions_from_mission ("What is a queue? What is a queue?");

  g_assert_cmpuint (questions->questions->len, ==, 1);
}

/* A pasted text without a question: its frequent words are looked for. */
static void
test_pasted_text (void)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (
      "The pump was delivered in March and it was installed in April by our own people. The pump "
      "failed after two weeks because the valve was broken. We told the supplier about the valve at "
      "once. The supplier sent a man who repaired the valve. Now the pump has failed again, and the "
      "valve is broken once more. The supplier says that this is not his business.");
  const SortieQuestion *question = g_ptr_array_index (questions->questions, 0);

  g_assert_cmpuint (questions->questions->len, ==, 1);
  g_assert_nonnull (strstr (question->query, "valve"));
  g_assert_nonnull (strstr (question->query, "pump"));
}

static void
assert_valid (const char *mission)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (mission);

  g_assert_cmpuint (questions->questions->len, >=, 1);
  g_assert_cmpuint (questions->questions->len, <=, SORTIE_MAX_QUESTIONS);
  g_assert_true (g_utf8_validate (questions->title, -1, NULL));
  g_assert_cmpuint (strlen (questions->title), <=, 130);
  g_assert_null (strpbrk (questions->title, "\r\n\t"));
  for (guint i = 0; i < questions->questions->len; i++)
    {
      const SortieQuestion *question = g_ptr_array_index (questions->questions, i);

      g_assert_true (g_utf8_validate (question->question, -1, NULL));
      g_assert_true (g_utf8_validate (question->query, -1, NULL));
      g_assert_true (g_utf8_validate (question->label, -1, NULL));
      g_assert_cmpuint (strlen (question->question), <=, 2000);
      g_assert_cmpuint (strlen (question->query), <=, 2000);
      g_assert_cmpuint (strlen (question->label), <=, SORTIE_QUESTION_MAX_LABEL + 4);
      g_assert_cmpuint (strlen (question->question), >, 0);
    }
}

static void
test_rubbish (void)
{
  static const char *const missions[] = {
    "?",
    "...",
    "- ",
    "-\n-\n-",
    "1)",
    "1) 2) 3)",
    ":",
    "and",
    "and, and and and",
    "compare",
    "compare with",
    "compare and",
    "difference between and",
    "versus",
    "A versus",
    "advantages and disadvantages of",
    "\"\"\"",
    "a, b, c, d, e, f, g, h, i, j and k",
    "\xe2\x80\xae\xe2\x80\xaa?",
    "\xf0\x9f\x98\x80 \xf0\x9f\x98\x80",
    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe8\xb3\xaa\xe5\x95\x8f\xe3\x80\x82",
    "{\"mission\": \"x\"}",
    "((((((((((((((((((",
    "what what what what what",
    "in 200 words",
    "\t\v\f x \t",
  };

  for (guint i = 0; i < G_N_ELEMENTS (missions); i++)
    assert_valid (missions[i]);
}

/* 64 KiB of each kind of text, within moments: no pattern may go wild. */
static void
test_huge (void)
{
  static const char *const pieces[] = {
    "x",
    " and ",
    "a, ",
    "What is a queue? ",
    "- item\n",
    "compare a with b and ",
    "(1) a ",
    "\xc3\xa4",
    "between a and b ",
    "advantages and risks of ",
    "how, what ",
    "word ",
    "in 200 words ",
    ": ",
    "\n\n",
    "1. ",
  };
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GString) mission = g_string_new (NULL);

      while (mission->len + strlen (pieces[i]) < 64 * 1024)
        g_string_append (mission, pieces[i]);
      assert_valid (mission->str);
    }
  /* Generous: it is the exponential case that this is about. */
  g_assert_cmpint (g_get_monotonic_time () - start, <, 60 * G_USEC_PER_SEC);
}

/* Every cut of a mission with everything in it. */
static void
test_every_prefix (void)
{
  static const char text[] =
      "Please compare \xc3\x84pfel with Birnen, in terms of cost and taste.\n- (1) pros and cons of "
      "x, y and z?\n1. What's that, and how \xe2\x80\x9c"
      "does it\xe2\x80\x9d work in 20 words?";

  for (gsize length = 1; length <= strlen (text); length++)
    {
      g_autofree char *mission = g_strndup (text, length);

      if (g_utf8_validate (mission, -1, NULL) && *g_strstrip (mission) != '\0')
        assert_valid (mission);
    }
}

static void
test_form_only (void)
{
  g_assert_true (sortie_question_is_form_only ("en", "Use at most three sentences."));
  g_assert_true (sortie_question_is_form_only ("en", "Answer in German, with a table."));
  g_assert_true (sortie_question_is_form_only ("de", "Schreibe höchstens 200 Wörter."));
  g_assert_true (sortie_question_is_form_only ("fr", "Répondez en 150 mots."));
  g_assert_true (sortie_question_is_form_only ("es", "Responde en 100 palabras."));
  g_assert_false (sortie_question_is_form_only ("en", "Use at most three pumps."));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/splitter/case/%02u", i + 1);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/splitter/aspects", test_aspects);
  g_test_add_func ("/splitter/two-comparisons", test_two_comparisons);
  g_test_add_func ("/splitter/many-questions", test_many_questions);
  g_test_add_func ("/splitter/no-room", test_no_room);
  g_test_add_func ("/splitter/same-question-twice", test_same_question_twice);
  g_test_add_func ("/splitter/pasted-text", test_pasted_text);
  g_test_add_func ("/splitter/rubbish", test_rubbish);
  g_test_add_func ("/splitter/huge", test_huge);
  g_test_add_func ("/splitter/every-prefix", test_every_prefix);
  g_test_add_func ("/splitter/form-only", test_form_only);
  return g_test_run ();
}
