"""Certificates of filing, signed and verifiable offline; notices and case files on paper."""
