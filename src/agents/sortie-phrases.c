/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-phrases.h"

#include <string.h>

#define MAX_VALUES 10

static const SortiePhrases phrases[] = {
  {
      .language = "en",
      .in_short = "In short.",
      .findings = "Findings",
      .side_by_side = "Side by side",
      .differences = "Where the documents differ",
      .not_found = "Not found",
      .sources = "Sources",
      .quote_open = "\"",
      .quote_close = "\"",
      .and_word = "and",
      .empty_cell = "not found",
      .page_format = "p. {n}",
      .unanswered_format = "The documents do not answer: {list}.",
      .nothing = "Nothing was found in the documents that answers the question.",
      .nothing_searched_format = "searched for *{terms}*; no passage answers it.",
      .absent_one_format = "The word *{terms}* occurs in none of the documents.",
      .absent_many_format = "The words *{terms}* occur in none of the documents.",
      .gap = "the search failed and was given up, so this part is missing.",
      .no_documents =
          "No documents were given, so nothing was searched and nothing can be reported.",
      .how_to_add =
          "Name a folder when you start the mission (`--documents DIR`), or make a collection "
          "once "
          "(`sortiectl collections add NAME DIR`) and choose it for the mission.",
      .document_one = "document",
      .document_many = "documents",
      .passage_one = "passage",
      .passage_many = "passages",
      .closing_format =
          "Searched {n} {documents} ({indexed} indexed, {skipped} skipped) in {collections}; "
          "{read} "
          "{passages} read closely, {cited} cited.",
      .closing_without_documents = "No documents were searched.",
      .written = "Written without a language model.",
      .written_by_model = "Written by a language model from the cited passages.",
  },
  {
      .language = "de",
      .in_short = "Kurz gesagt.",
      .findings = "Fundstellen",
      .side_by_side = "Nebeneinander",
      .differences = "Wo die Dokumente voneinander abweichen",
      .not_found = "Nicht gefunden",
      .sources = "Quellen",
      .quote_open = "„",
      .quote_close = "“",
      .and_word = "und",
      .empty_cell = "nicht gefunden",
      .page_format = "S. {n}",
      .unanswered_format = "Die Dokumente beantworten nicht: {list}.",
      .nothing = "In den Dokumenten wurde nichts gefunden, was die Frage beantwortet.",
      .nothing_searched_format = "gesucht wurde nach *{terms}*; keine Passage beantwortet das.",
      .absent_one_format = "Das Wort *{terms}* kommt in keinem der Dokumente vor.",
      .absent_many_format = "Die Wörter *{terms}* kommen in keinem der Dokumente vor.",
      .gap = "die Suche ist fehlgeschlagen und wurde aufgegeben; dieser Teil fehlt.",
      .no_documents =
          "Es wurden keine Dokumente angegeben; nichts wurde durchsucht, und es gibt nichts zu "
          "berichten.",
      .how_to_add =
          "Nennen Sie beim Start der Mission einen Ordner (`--documents ORDNER`), oder legen "
          "Sie einmal "
          "eine Sammlung an (`sortiectl collections add NAME ORDNER`) und wählen Sie sie für "
          "die Mission "
          "aus.",
      .document_one = "Dokument",
      .document_many = "Dokumente",
      .passage_one = "Passage",
      .passage_many = "Passagen",
      .closing_format =
          "{n} {documents} durchsucht ({indexed} indexiert, {skipped} übersprungen) in "
          "{collections}; "
          "{read} {passages} genau gelesen, {cited} zitiert.",
      .closing_without_documents = "Es wurden keine Dokumente durchsucht.",
      .written = "Ohne Sprachmodell geschrieben.",
      .written_by_model = "Von einem Sprachmodell aus den zitierten Passagen geschrieben.",
  },
  {
      .language = "fr",
      .in_short = "En bref.",
      .findings = "Résultats",
      .side_by_side = "Côte à côte",
      .differences = "Où les documents diffèrent",
      .not_found = "Non trouvé",
      .sources = "Sources",
      .quote_open = "« ",
      .quote_close = " »",
      .and_word = "et",
      .empty_cell = "non trouvé",
      .page_format = "p. {n}",
      .unanswered_format = "Les documents ne répondent pas à : {list}.",
      .nothing = "Rien n’a été trouvé dans les documents qui réponde à la question.",
      .nothing_searched_format = "recherche de *{terms}* ; aucun passage n’y répond.",
      .absent_one_format = "Le mot *{terms}* ne figure dans aucun des documents.",
      .absent_many_format = "Les mots *{terms}* ne figurent dans aucun des documents.",
      .gap = "la recherche a échoué et a été abandonnée ; cette partie manque.",
      .no_documents =
          "Aucun document n’a été indiqué : rien n’a été recherché et il n’y a rien à rapporter.",
      .how_to_add =
          "Indiquez un dossier au lancement de la mission (`--documents DOSSIER`), ou créez "
          "une fois une "
          "collection (`sortiectl collections add NOM DOSSIER`) et choisissez-la pour la "
          "mission.",
      .document_one = "document",
      .document_many = "documents",
      .passage_one = "passage",
      .passage_many = "passages",
      .closing_format = "Recherche dans {n} {documents} ({indexed} indexés, {skipped} ignorés) de "
                        "{collections} ; "
                        "{read} {passages} lus attentivement, {cited} cités.",
      .closing_without_documents = "Aucun document n’a été consulté.",
      .written = "Rédigé sans modèle de langage.",
      .written_by_model = "Rédigé par un modèle de langage à partir des passages cités.",
  },
  {
      .language = "es",
      .in_short = "En resumen.",
      .findings = "Resultados",
      .side_by_side = "Lado a lado",
      .differences = "Dónde difieren los documentos",
      .not_found = "No encontrado",
      .sources = "Fuentes",
      .quote_open = "«",
      .quote_close = "»",
      .and_word = "y",
      .empty_cell = "no encontrado",
      .page_format = "p. {n}",
      .unanswered_format = "Los documentos no responden a: {list}.",
      .nothing = "No se ha encontrado en los documentos nada que responda a la pregunta.",
      .nothing_searched_format = "se buscó *{terms}*; ningún pasaje lo responde.",
      .absent_one_format = "La palabra *{terms}* no aparece en ninguno de los documentos.",
      .absent_many_format = "Las palabras *{terms}* no aparecen en ninguno de los documentos.",
      .gap = "la búsqueda falló y se abandonó; falta esta parte.",
      .no_documents =
          "No se indicaron documentos, así que no se buscó nada y no hay nada que informar.",
      .how_to_add = "Indique una carpeta al iniciar la misión (`--documents CARPETA`), o cree una "
                    "colección una vez "
                    "(`sortiectl collections add NOMBRE CARPETA`) y elíjala para la misión.",
      .document_one = "documento",
      .document_many = "documentos",
      .passage_one = "pasaje",
      .passage_many = "pasajes",
      .closing_format = "Se buscó en {n} {documents} ({indexed} indexados, {skipped} omitidos) de "
                        "{collections}; "
                        "{read} {passages} leídos con atención, {cited} citados.",
      .closing_without_documents = "No se buscó en ningún documento.",
      .written = "Escrito sin modelo de lenguaje.",
      .written_by_model = "Escrito por un modelo de lenguaje a partir de los pasajes citados.",
  },
};

const SortiePhrases *
sortie_phrases_get (const char *language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (g_strcmp0 (phrases[i].language, language) == 0)
      return &phrases[i];
  return &phrases[0];
}

char *
sortie_phrases_format (const char *format, ...)
{
  const char *names[MAX_VALUES];
  const char *values[MAX_VALUES];
  int n = 0;
  va_list args;
  GString *result = g_string_new (NULL);

  va_start (args, format);
  for (const char *name = va_arg (args, const char *); name != NULL && n < MAX_VALUES;
       name = va_arg (args, const char *))
    {
      names[n] = name;
      values[n++] = va_arg (args, const char *);
    }
  va_end (args);

  for (const char *p = format; *p != '\0';)
    {
      const char *end = *p == '{' ? strchr (p, '}') : NULL;
      int found = -1;

      for (int i = 0; end != NULL && i < n && found < 0; i++)
        if (strlen (names[i]) == (gsize) (end - p - 1) &&
            strncmp (names[i], p + 1, (gsize) (end - p - 1)) == 0)
          found = i;
      if (found >= 0)
        {
          g_string_append (result, values[found]);
          p = end + 1;
        }
      else
        g_string_append_c (result, *p++);
    }
  return g_string_free (result, FALSE);
}
