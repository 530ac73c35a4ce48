// shows: the last known position
// manifest: {launcher: Main}
// hit:
//   - location.coarse@LocationManager.getLastKnownLocation before_consent = launcher Main.onCreate
//   - location.precise@LocationManager.getLastKnownLocation before_consent = launcher Main.onCreate
// miss: []

import android.location.LocationManager;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    LocationManager manager = (LocationManager) getSystemService("location");
    manager.getLastKnownLocation("gps");                        // hit
    manager.sendExtraCommand("gps", "delete_aiding_data", null); // miss
  }
}
