package wording

// What feeds alone say, and the links to them, in Spanish.

func spanishFeeds() map[string]string {
	return map[string]string{
		"Now: %s":      "Ahora: %s",
		"Now under %s": "Ahora en %s",
		"Incidents and planned work, the newest first.": "Incidentes y trabajos programados, lo más reciente primero.",
		"Follow the news in a feed reader:":             "Seguir las novedades con un lector de noticias:",
		"News of %s (Atom)":                             "Novedades de %s (Atom)",
	}
}
