package wording

// What is answered to who named a time for work that cannot be, in Spanish. What is
// typed is the same in every language.

func spanishTimes() map[string]string {
	return map[string]string{
		"%s today has passed.":                                                              "Las %s de hoy ya pasaron.",
		"If you mean the day after: tomorrow %s":                                            "Si se refiere al día siguiente: tomorrow %s",
		"This time has passed.":                                                             "Esa hora ya pasó.",
		"This work would end before it begins.":                                             "Este trabajo terminaría antes de empezar.",
		"Next %s may be %d %s or %d %s. Which is meant?":                                    "El próximo %s puede ser el %d de %s o el %d de %s. ¿Cuál es?",
		"Say %s or %s.":                                                                     "Diga %s o %s.",
		"It is not said at what time of day.":                                               "No se dice a qué hora del día.",
		"It is not said how long it lasts.":                                                 "No se dice cuánto dura.",
		"Say how long it lasts, or when it ends, not both.":                                 "Diga cuánto dura o cuándo termina, no las dos cosas.",
		"It can be moved to one time only.":                                                 "Solo se puede cambiar a una única hora.",
		"The end of what recurs is a time of day.":                                          "El final de lo que se repite es una hora del día.",
		"It would begin again before it ends.":                                              "Volvería a empezar antes de terminar.",
		"%q does not say when it recurs.":                                                   "%q no dice cuándo se repite.",
		"%s is only one half of a zone's year.":                                             "%s vale solo para medio año de una zona horaria.",
		"Every second may be every other one, or the second of each month. Which is meant?": "«Every second» puede ser uno de cada dos, o el segundo de cada mes. ¿Cuál es?",

		"Name the zone, like: ET, or America/New_York":                                                          "Nombre la zona; por ejemplo: ET, o America/New_York",
		"Say a time that is still to come, like: tomorrow 02:00":                                                "Diga una hora que aún no haya llegado; por ejemplo: tomorrow 02:00",
		"Say how long it lasts, like: for 3h":                                                                   "Diga cuánto dura; por ejemplo: for 3h",
		"Planned work has one effect on all of its services.":                                                   "Un trabajo programado tiene un solo efecto en todos sus servicios.",
		"Say it behind them, like: %s":                                                                          "Dígalo detrás de ellos; por ejemplo: %s",
		"window schedule learn degraded saturday 04:00 for 3h New database":                                     "window schedule learn degraded saturday 04:00 for 3h Base de datos nueva",
		"Say it behind the time, like: for 3h, or until 07:00":                                                  "Dígalo detrás de la hora; por ejemplo: for 3h, o until 07:00",
		"Say when it ends, like: until 07:00, or until sunday 02:00":                                            "Diga cuándo termina; por ejemplo: until 07:00, o until sunday 02:00",
		"Like: 3h; also 90m, 1h30m, 2d.":                                                                        "Por ejemplo: 3h; también 90m, 1h30m, 2d.",
		"Like: until 07:00, or for 3h":                                                                          "Por ejemplo: until 07:00, o for 3h",
		"Like: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h, 2026-12-05 22:00, every wednesday 04:00.":       "Por ejemplo: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h, 2026-12-05 22:00, every wednesday 04:00.",
		"Like: every wednesday 04:00, every weekday 04:00, every other friday 22:00, every first sunday 04:00.": "Por ejemplo: every wednesday 04:00, every weekday 04:00, every other friday 22:00, every first sunday 04:00.",

		"saturday 04:00 for 3h": "saturday 04:00 for 3h",
	}
}
