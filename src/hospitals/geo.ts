/** Distances on the globe. */

export interface Point {
  /** Degrees. */
  readonly longitude: number;
  readonly latitude: number;
}

/** Metres; the radius that Redis computes with, so that both kinds of search agree. */
const EARTH_RADIUS = 6_372_797.560856;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

/** Great-circle distance in metres (haversine). */
export function distance(a: Point, b: Point): number {
  const u = Math.sin(radians(b.latitude - a.latitude) / 2);
  const v = Math.sin(radians(b.longitude - a.longitude) / 2);
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(u * u + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * v * v));
}

export interface Box {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

/** Boxes that hold every point within `metres`: one, or two where the date line runs through. */
export function boxesAround({ longitude, latitude }: Point, metres: number): Box[] {
  const reach = metres / EARTH_RADIUS;
  const [south, north] = [latitude - degrees(reach), latitude + degrees(reach)];
  // Around a pole every longitude is near.
  if (south <= -90 || north >= 90) return [{ south, north, west: -180, east: 180 }];
  const width = degrees(Math.asin(Math.min(1, Math.sin(reach) / Math.cos(radians(latitude)))));
  const [west, east] = [longitude - width, longitude + width];
  if (west < -180)
    return [
      { south, north, west: west + 360, east: 180 },
      { south, north, west: -180, east },
    ];
  if (east > 180)
    return [
      { south, north, west, east: 180 },
      { south, north, west: -180, east: east - 360 },
    ];
  return [{ south, north, west, east }];
}
