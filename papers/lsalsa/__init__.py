"""LSALSA: accelerated source separation via learned sparse coding (Cowen, Saridena and Choromanska 2019)."""
