package wording

// What the status page alone says, in Spanish.

func spanishPage() map[string]string {
	return map[string]string{
		"English":                                            "Español",
		"Service status of %s":                               "Estado de los servicios de %s",
		"Other services":                                     "Otros servicios",
		"No services are listed here yet.":                   "Todavía no hay servicios en esta página.",
		"We are watching something that went wrong.":         "Seguimos de cerca algo que falló.",
		"Reopened":                                           "Abierto de nuevo",
		"It got worse: it was %s, now it is %s.":             "Ha empeorado. Antes: %s; ahora: %s.",
		"It got better: it was %s, now it is %s.":            "Ha mejorado. Antes: %s; ahora: %s.",
		"Correction: it was %s. We had said: %s.":            "Corrección: %s. Habíamos dicho: %s.",
		"Correction: this is about %s. Before, we named %s.": "Corrección: se trata de %s. Antes habíamos nombrado %s.",
		"It is one problem with another that we told of.":    "Es el mismo problema que otro del que informamos.",
		"We corrected the title.":                            "Hemos corregido el título.",
		"We corrected when it began or ended.":               "Hemos corregido cuándo empezó o terminó.",
		"As of %s.":                                          "Así estaba el %s.",
		"All times are in the zone %s.":                      "Todas las horas son de la zona %s.",

		"Language":                                "Idioma",
		"Open incidents":                          "Incidentes abiertos",
		"Resolved in the last 14 days":            "Resuelto en los últimos 14 días",
		"What it is about":                        "De qué se trata",
		"What we said":                            "Lo que hemos dicho",
		"Nothing went wrong in the last 14 days.": "No ha fallado nada en los últimos 14 días.",
		"Older messages":                          "Mensajes anteriores",
		"The last 90 days":                        "Los últimos 90 días",
		"What went wrong":                         "Lo que ha fallado",
		"History":                                 "Historial",
		"Nothing went wrong in %s, and no planned work was done.": "En %s no falló nada ni se hicieron trabajos programados.",
		"Earlier: %s":                  "Antes: %s",
		"Later: %s":                    "Después: %s",
		"Nothing went wrong since %s.": "No ha fallado nada desde el %s.",
		"On %s of %s days since %s nothing went wrong.":                                    "En %s de %s días desde el %s no falló nada.",
		"Nothing went wrong in the last 90 days.":                                          "No ha fallado nada en los últimos 90 días.",
		"On 1 of the last 90 days nothing went wrong.":                                     "En 1 de los últimos 90 días no falló nada.",
		"On %s of the last 90 days nothing went wrong.":                                    "En %s de los últimos 90 días no falló nada.",
		"The address may be mistyped. The status page tells what works and what does not.": "Puede que la dirección esté mal escrita. La página de estado dice qué funciona y qué no.",
	}
}

func spanishPagePlans() map[string]string {
	return map[string]string{
		"Planned work now":                        "Trabajo programado ahora",
		"Planned work to come":                    "Próximos trabajos programados",
		"Planned work that is done":               "Trabajos programados ya terminados",
		"Reserved, not planned":                   "Reservado, sin programar",
		"The next times":                          "Las próximas veces",
		"Planned from":                            "Previsto desde",
		"Planned until":                           "Previsto hasta",
		"Ended":                                   "Terminó",
		"No work is planned in the next 30 days.": "No hay trabajos programados para los próximos 30 días.",
		"These times are kept free for work. Nothing is planned in them; if we use one, we say so before.": "Estas horas se guardan para trabajos. No hay nada programado en ellas; si usamos una, lo decimos antes.",
		"Add planned work to your calendar":       "Añadir los trabajos programados a su calendario",
		"Calendar file (.ics)":                    "Archivo de calendario (.ics)",
		"Of one service only:":                    "De un solo servicio:",
		"Planned work on %s (.ics)":               "Trabajos programados en %s (.ics)",
		"More is planned: it is in the calendar.": "Hay más trabajos programados: están en el calendario.",
		"It is one of the times of":               "Es una de las veces de",
		"We go on at":                             "Seguimos en",
		"It began as planned work:":               "Empezó como trabajo programado:",

		"Planned":         "Programado",
		"Begun":           "Empezado",
		"Start held back": "Comienzo aplazado",
		"Now an incident": "Ahora es un incidente",

		"The work began %s.":                                               "El trabajo empezó el %s.",
		"It is planned until %s.":                                          "Hora de fin prevista: %s.",
		"It is taking longer than planned.":                                "Dura más de lo previsto.",
		"The work is done. We are testing whether everything works.":       "El trabajo está hecho. Estamos comprobando que todo funciona.",
		"It has not begun yet.":                                            "Todavía no ha empezado.",
		"It does not begin as planned. We will say when it begins.":        "No empieza según lo previsto. Diremos cuándo empieza.",
		"And again: %s.":                                                   "Y de nuevo: %s.",
		"1 more time":                                                      "1 vez más",
		"%s more times":                                                    "%s veces más",
		"Cancelled: %s":                                                    "Cancelado: %s",
		"None of its later times takes place.":                             "Tampoco tendrá lugar ninguna de las veces siguientes.",
		"It was planned until %s.":                                         "Estaba previsto hasta esta hora: %s.",
		"At first it was planned until %s.":                                "Al principio se había previsto hasta: %s.",
		"at first %s":                                                      "al principio: %s",
		"At first it was planned for %s.":                                  "Al principio estaba previsto: %s.",
		"Moved. At first it was planned for %s.":                           "Cambiado de hora. Al principio estaba previsto: %s.",
		"It is planned for %s now. Before: %s.":                            "Ahora está previsto: %s. Antes: %s.",
		"It is planned until %s now. Before: %s.":                          "Ahora está previsto hasta: %s. Antes: %s.",
		"This work was cancelled.":                                         "Este trabajo se ha cancelado.",
		"The work is completed, and our tests show that everything works.": "El trabajo ha terminado, y nuestras pruebas muestran que todo funciona.",
		"The work is completed. It was not verified by tests.":             "El trabajo ha terminado. No se ha comprobado con pruebas.",
		"The planned work turned into an incident.":                        "El trabajo programado se ha convertido en un incidente.",
		"Planned work of %s":                                               "Trabajos programados de %s",
		"Planned work on %s of %s":                                         "Trabajos programados en %s de %s",
	}
}

// spanishSorry is what sorry pages say.
func spanishSorry() map[string]string {
	return map[string]string{
		"%s cannot be reached at the moment.": "En este momento no se puede acceder a %s.",
		"What you just sent was not saved. Go back, keep a copy of it, and send it again when %s works.": "Lo que acaba de enviar no se ha guardado. Vuelva atrás, guarde una copia y envíelo otra vez cuando funcione %s.",
		"%s is working, as far as we know.": "%s funciona, hasta donde sabemos.",
		"%s works again.":                   "%s ya funciona de nuevo.",
		"Go to %s":                          "Ir a %s",
		"This page looks by itself whether %s works again. It sends nothing.": "Esta página comprueba por sí sola si %s ya funciona. No envía nada.",
		"You find news on the status page.":                                   "Las noticias están en la página de estado.",
		"Try again":                                                           "Intentar de nuevo",
		"Help desks":                                                          "Mesas de ayuda",
	}
}
