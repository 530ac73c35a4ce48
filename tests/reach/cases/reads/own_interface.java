// shows: a method of the framework that an interface of the app names
// manifest: {launcher: Main}
// hit: [location.precise@Location.getAltitude before_consent = launcher Main.onCreate]
// miss: []

import android.location.Location;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Place place = new Fix("gps");                               // hit
    Place place = new Fixed();                                  // miss
    double height = place.getAltitude();
  }
}
interface Place { double getAltitude(); }
class Fix extends Location implements Place { Fix(String provider) { super(provider); } }
class Fixed implements Place { public double getAltitude() { return 0; } }
