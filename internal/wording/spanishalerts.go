package wording

// What is read of alerts, in Spanish.

func spanishAlerts() map[string]string {
	return map[string]string{
		"%s: this belongs to %s":                           "%s: esto es parte de %s",
		"Checks see %s come and go since %s":               "Las pruebas ven que %s va y viene desde %s",
		"Checks see %s quick again since %s":               "Las pruebas ven que %s va rápido de nuevo desde %s",
		"Checks see %s working again since %s":             "Las pruebas ven que %s funciona de nuevo desde %s",
		"Checks see %s slow since %s":                      "Las pruebas ven que %s va con lentitud desde %s",
		"Checks see a failure of %s since %s":              "Las pruebas ven un fallo de %s desde %s",
		"They depend on %s, so they fail too: %s.":         "Dependen de %s, así que también fallan: %s.",
		"This is %s now; news comes there.":                "Esto es ahora %s; allí habrá noticias.",
		"our check %s":                                     "nuestra prueba %s",
		"our check":                                        "nuestra prueba",
		"Seen by %s.":                                      "Lo ve %s.",
		"Declaring an incident at %s, unless you hold it.": "Se declara un incidente a esta hora: %s, si no lo aplaza.",
		"No news since %s. If it is over, close it.":       "Sin noticias desde %s. Si ya acabó, ciérrelo.",
		"Acknowledged by":                                  "Lo mira",
		", at step %s":                                     ", en el paso %s",
		", seen from %s":                                   ", visto desde %s",
		", but it sees our sorry page":                     ", pero ve nuestra página de disculpa",
		", passes since %s":                                ", pasa desde %s",
		", since %s":                                       ", desde %s",
		"Declare an incident of %s":                        "Declarar incidente de %s",
		"Hold %s 10 min":                                   "Aplazar %s 10 min",
		"Acknowledge %s":                                   "Me encargo de %s",
		"Mute %s 1 h":                                      "Silenciar %s 1 h",
		"Close %s":                                         "Cerrar %s",
		"Again: %s":                                        "Otra vez: %s",
		"We will say how it stands when it stays so for 10 minutes.": "Diremos cómo está cuando siga igual 10 minutos.",
		"Reopen %s":                                     "Reabrir %s",
		"There is no ALR-%d.":                           "No hay ningún ALR-%d.",
		"probe list shows what there is.":               "probe list muestra lo que hay.",
		"%s is told with %s.":                           "%s se cuenta con %s.",
		"%s is over: nothing is seen to fail any more.": "%s ha acabado: ya no se ve ningún fallo.",
		"No incident is about to be declared of %s.":    "No se va a declarar ningún incidente de %s.",
		"Only our own checks see %s, and they say themselves when it is over.": "Solo nuestras pruebas ven %s, y ellas mismas dicen cuándo acaba.",
		"probe mute %s 1h keeps quiet about it.":                               "probe mute %s 1h no dice nada de ello.",
		"It failed for %s.":                                                    "Falló durante %s.",
	}
}
