// shows: a display that shows the whole screen; one that shows only the own windows is none
// manifest: {launcher: Main}
// hit: [screen@MediaProjection.createVirtualDisplay reachable = launcher Main.onActivityResult]
// miss: []

import android.hardware.display.*;
import android.media.projection.*;
class Main extends Activity {
  protected void onActivityResult(int request, int result, Intent data) {
    MediaProjection shown = ((MediaProjectionManager) getSystemService("media_projection")).getMediaProjection(result, data);
    shown.createVirtualDisplay("x", 1, 1, 1, 16, null, null, null); // hit
    ((DisplayManager) getSystemService("display")).createVirtualDisplay("x", 1, 1, 1, null, 8); // miss
  }
}
