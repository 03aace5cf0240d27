package wording

// The planned work of a week, in Spanish.

func spanishDigest() map[string]string {
	return map[string]string{
		"In the next 7 days work is planned once:":     "En los próximos 7 días hay un trabajo programado:",
		"In the next 7 days work is planned %s times:": "En los próximos 7 días hay %s trabajos programados:",
		"Reserved for work, none is planned yet: %s.":  "Reservado para trabajos, todavía sin programar: %s.",
		"on Mondays the planned work of the week":      "los lunes el trabajo programado de la semana",
		"On Mondays the planned work of the week":      "Los lunes el trabajo programado de la semana",
	}
}
