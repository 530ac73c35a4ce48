// shows: the identifier of the DRM system
// manifest: {launcher: Main}
// hit: [device.serial@MediaDrm.getPropertyByteArray before_consent = launcher Main.onCreate]
// miss: []

import android.media.MediaDrm;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      MediaDrm drm = new MediaDrm(new UUID(1, 2));
      drm.getPropertyByteArray("deviceUniqueId");               // hit
      drm.getPropertyByteArray("serviceCertificate");           // miss
    } catch (Exception error) { }
  }
}
