"""What each column of `gold.features` means, with its unit: the text of the data dictionary."""

from __future__ import annotations

MEANINGS = {
    "flight_id": "date, carrier, flight number and origin: the key",
    "scheduled_departure": "scheduled departure, local time of New York",
    "event_date": "scheduled day of departure, local",
    "is_late": "1 if the flight arrived more than 15 minutes late, 0 if not, empty if cancelled or diverted",
    "carrier": "code of the carrier",
    "origin": "airport of departure: EWR, JFK or LGA",
    "dest": "code of the destination",
    "departure_minute": "scheduled departure, minutes after midnight, local",
    "weekday": "1 Monday to 7 Sunday",
    "distance": "distance to the destination, miles",
    "flights_in_hour": "flights scheduled to leave the same airport in the same hour",
    "flights_in_day": "flights scheduled to leave all three airports that day",
    "plane_age": "years since the plane was built, empty if its tail number is not in the register",
    "seats": "seats of the plane, empty if its tail number is not in the register",
    "temp": "temperature an hour before, Fahrenheit",
    "humid": "relative humidity an hour before, percent",
    "wind_speed": "wind an hour before, miles per hour",
    "precip": "rain or snow within the hour before, inches",
    "pressure": "air pressure at sea level an hour before, millibar",
    "visib": "visibility an hour before, miles",
    "precip_4h": "rain or snow within the four hours before, inches",
    "visib_min_4h": "worst visibility within the four hours before, miles",
    "pressure_change_3h": "change of air pressure over the three hours before, millibar",
    "late_rate_origin_1d": "share of the airport's flights that were late the day before",
    "late_rate_dest_1d": "share of flights to the destination that were late the day before",
    "late_rate_carrier_7d": "share of the carrier's flights that were late in the 7 days before",
    "late_rate_flight_28d": "share of flights of this number to this destination that were late in the 28 days before",
}
