// shows: a call through an app class below a framework class; an override of the app reads nothing
// manifest: {launcher: Main}
// hit: [location.precise@Location.getAltitude before_consent = launcher Main.onCreate]
// miss: []

import android.location.Location;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Fix fix = new Fix("gps");
    double height = fix.getAltitude();
  }
}
class Fix extends Location {
  Fix(String provider) { super(provider); }
  public double getAltitude() { return 0; }                     // miss
}
