// shows: a location listener is called without the user; removing one calls nothing
// manifest: {launcher: Main}
// hit:
//   - serial before_consent = launcher Main.onCreate > callback Here.onLocationChanged
//   - location.coarse@LocationListener.onLocationChanged before_consent = launcher Main.onCreate > callback Here.onLocationChanged
//   - location.precise@LocationListener.onLocationChanged before_consent = launcher Main.onCreate > callback Here.onLocationChanged
//   - location.coarse@LocationManager.requestLocationUpdates before_consent = launcher Main.onCreate
//   - location.precise@LocationManager.requestLocationUpdates before_consent = launcher Main.onCreate
// miss:
//   - serial present = Here.onLocationChanged
//   - location.coarse@LocationListener.onLocationChanged present = Here.onLocationChanged
//   - location.precise@LocationListener.onLocationChanged present = Here.onLocationChanged

import android.location.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    LocationManager manager = (LocationManager) getSystemService("location");
    manager.requestLocationUpdates("gps", 1000, 1, new Here()); // hit
    manager.removeUpdates(new Here());                          // miss
  }
}
class Here implements LocationListener {
  public void onLocationChanged(Location location) { String id = SERIAL; }
  public void onStatusChanged(String provider, int status, Bundle extras) { }
  public void onProviderEnabled(String provider) { }
  public void onProviderDisabled(String provider) { }
}
