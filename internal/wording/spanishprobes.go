package wording

// What is answered about our own checks, in Spanish.

func spanishProbes() map[string]string {
	return map[string]string{
		"not tried yet.":               "aún no se ha hecho.",
		"Next at %s.":                  "La próxima: %s.",
		"fails":                        "falla",
		"fails since %s":               "falla desde %s",
		"passes, but is slow":          "pasa, pero con lentitud",
		"passes":                       "pasa",
		"Last at %s: %s.":              "La última: %s: %s.",
		"Last at %s: not known: %s.":   "La última: %s: no se pudo saber: %s.",
		"Last at %s: passed in %s.":    "La última: %s: pasó en %s.",
		"step %s: %s":                  "paso %s: %s",
		"There are no checks of ours.": "No hay pruebas nuestras.",
		"They stand as [[probes]] in the configuration.": "Están como [[probes]] en la configuración.",
		"The check passes.":                           "La prueba pasa.",
		"All %s checks pass.":                         "Pasan las %s pruebas.",
		"No check fails, but of one it is not known.": "Ninguna prueba falla, pero de una no se sabe.",
		"No check fails, but of %s it is not known.":  "Ninguna prueba falla, pero de %s no se sabe.",
		"1 check fails, of %s.":                       "Falla 1 prueba de %s.",
		"%s checks fail, of %s.":                      "Fallan %s pruebas de %s.",
		"%s: %s":                                      "%s: %s",
		"the check passed.":                           "la prueba pasó.",
		"all %s checks passed.":                       "pasaron las %s pruebas.",
		"%s: %s of %s checks passed.":                 "%s: pasaron %s de %s pruebas.",
		"This counts for no alert.":                   "Esto no cuenta para ninguna alerta.",
		"%s: passed in %s":                            "%s: pasó en %s",
		"%s: failed after %s":                         "%s: falló tras %s",
		"not known: %s.":                              "no se pudo saber: %s.",
		"failed after %s: %s.":                        "falló tras %s: %s.",
		"passed in %s, which is slow.":                "pasó en %s, lo que es lento.",
		"passed in %s: %s.":                           "pasó en %s: %s.",
		"passed in %s.":                               "pasó en %s.",
		"name %s":                                     "nombre %s",
		"connection %s":                               "conexión %s",
		"TLS %s":                                      "TLS %s",
		"first byte %s":                               "primer byte %s",
		"rest %s":                                     "resto %s",
		"No check of ours watches %s.":                "Ninguna prueba nuestra vigila %s.",
	}
}
